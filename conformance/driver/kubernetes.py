"""Speaks to a Kubernetes API server, as one identity, and records what was said."""

from __future__ import annotations

import base64
import json
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from conformance.driver.history import Exchange, History, Object
from conformance.errors import HarnessError, UsageError

USER_AGENT = "ma-conformance/0.1"
TIMEOUT_SECONDS = 30.0
MERGE = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody at an API server: a kubeconfig's context, or a bearer token."""

    name: str
    server: str
    authority_pem: str | None
    token: str | None
    certificate: tuple[str, str] | None = None  # paths of client certificate and key
    verify: bool = True


def _decoded(entry: Object, name: str) -> str | None:
    if f"{name}-data" in entry:
        return base64.b64decode(entry[f"{name}-data"]).decode()
    return Path(entry[name]).read_text() if name in entry else None


def identity(kubeconfig: Path, context: str = "") -> Identity:
    """A kubeconfig's context (its current one, unless named). Raises UsageError."""
    try:
        config = yaml.safe_load(kubeconfig.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise UsageError(f"cannot read the kubeconfig {kubeconfig}: {error}") from None
    named = {item["name"]: item["context"] for item in config.get("contexts") or ()}
    wanted = context or config.get("current-context") or ""
    if wanted not in named:
        raise UsageError(f"{kubeconfig} has no context {wanted!r}: known are {', '.join(sorted(named)) or 'none'}")
    chosen = named[wanted]
    cluster = next(item["cluster"] for item in config["clusters"] if item["name"] == chosen["cluster"])
    user = next((item["user"] for item in config["users"] if item["name"] == chosen["user"]), {})
    pair = None
    if "client-certificate" in user and "client-key" in user:
        pair = (user["client-certificate"], user["client-key"])
    elif "client-certificate-data" in user:
        pair = _unpack(kubeconfig, user)
    token = user.get("token") or (Path(user["tokenFile"]).read_text().strip() if "tokenFile" in user else None)
    verify = not cluster.get("insecure-skip-tls-verify")
    return Identity(wanted, cluster["server"], _decoded(cluster, "certificate-authority"), token, pair, verify)


def _unpack(kubeconfig: Path, user: Object) -> tuple[str, str]:
    """Client certificates have to be files for TLS: kept beside the process, for its owner only."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="ma-conformance-"))
    paths = []
    for name in ("client-certificate", "client-key"):
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(base64.b64decode(user[f"{name}-data"]))
        paths.append(str(path))
    return paths[0], paths[1]


class Answer:
    """What the server said: a code and a JSON value."""

    __slots__ = ("code", "value")

    def __init__(self, code: int, value: Any) -> None:
        self.code = code
        self.value = value

    @property
    def reason(self) -> str:
        """The Status's reason, or nothing."""
        return self.value.get("reason", "") if isinstance(self.value, dict) else ""


class Kubernetes:
    """One identity at one API server."""

    def __init__(self, who: Identity, history: History, began: float) -> None:
        self.who = who
        self._history = history
        self._began = began
        context: ssl.SSLContext | bool = who.verify
        if who.authority_pem is not None:
            context = ssl.create_default_context(cadata=who.authority_pem)
        if who.certificate is not None:
            context = context if isinstance(context, ssl.SSLContext) else ssl.create_default_context()
            context.load_cert_chain(*who.certificate)
        headers = {"User-Agent": USER_AGENT}
        if who.token:
            headers["Authorization"] = f"Bearer {who.token}"
        self._http = httpx.Client(
            base_url=who.server, verify=context, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def send(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Answer:
        """Send a request and record it. Raises HarnessError when there is no answer."""
        asked = time.monotonic() - self._began
        content = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": content_type} if content is not None else {}
        try:
            response = self._http.request(method, path, content=content, headers=headers)
        except httpx.TransportError as error:
            raise HarnessError(f"no answer from {self.who.server}: {error or type(error).__name__}") from None
        try:
            value = response.json()
        except ValueError:
            value = response.text
        answered = time.monotonic() - self._began
        exchange = Exchange(
            "kubernetes", self.who.name, method, path, body, response.status_code, value, asked, answered
        )
        self._history.append(exchange)
        return Answer(response.status_code, value)


def models(namespace: str, name: str = "", subresource: str = "") -> str:
    """The path of a namespace's Models, of one, or of a part of one."""
    parts = ["/apis/michelangelo.api/v2/namespaces", namespace, "models", name, subresource]
    return "/".join(part for part in parts if part)
