"""Reads a kubeconfig: where the API server is, how to trust it, and the credentials of a context."""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from conformance.driver.wire import Origin


@dataclass(frozen=True, slots=True)
class Cluster:
    """An API server as one context sees it."""

    origin: Origin
    context: str
    secret_headers: Mapping[str, str]


def contexts(path: Path) -> list[str]:
    """The names of its contexts. Raises ValueError when it is no kubeconfig."""
    return [entry["name"] for entry in _load(path).get("contexts") or []]


def read(path: Path, context: str = "", timeout: float = 30.0) -> Cluster:
    """The cluster of a context (default: the current one). Raises ValueError with a sentence for people."""
    document = _load(path)
    name = context or document.get("current-context") or ""
    chosen = _named(document, "contexts", name, path)["context"]
    cluster = _named(document, "clusters", chosen.get("cluster", ""), path)["cluster"]
    user = _named(document, "users", chosen.get("user", ""), path).get("user") or {}
    base = path.parent
    exec_answer = _exec(user["exec"]) if user.get("exec") else {}
    trust = _trust(cluster, base)
    certificate = _data(user, "client-certificate", base) or exec_answer.get("clientCertificateData", "").encode()
    if certificate:
        key = _data(user, "client-key", base) or exec_answer.get("clientKeyData", "").encode()
        with tempfile.NamedTemporaryFile(suffix=".pem") as both:  # ssl only reads files
            both.write(certificate + b"\n" + key)
            both.flush()
            trust.load_cert_chain(both.name)
    return Cluster(
        Origin(cluster["server"], trust, timeout), name, _authorization(user, base, exec_answer.get("token", ""))
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the kubeconfig {path}: {error}") from error
    if not isinstance(document, dict) or "clusters" not in document:
        raise ValueError(f"{path} is no kubeconfig: it has no clusters")
    return document


def _named(document: dict[str, Any], section: str, name: str, path: Path) -> dict[str, Any]:
    entries = {entry["name"]: entry for entry in document.get(section) or []}
    if name not in entries:
        raise ValueError(f"{path} has no {section[:-1]} {name!r}: known are {', '.join(sorted(entries)) or 'none'}")
    found: dict[str, Any] = entries[name]
    return found


def _data(entry: Mapping[str, Any], key: str, base: Path) -> bytes:
    if entry.get(f"{key}-data"):
        return base64.b64decode(entry[f"{key}-data"])
    return (base / entry[key]).read_bytes() if entry.get(key) else b""


def _trust(cluster: Mapping[str, Any], base: Path) -> ssl.SSLContext:
    authority = _data(cluster, "certificate-authority", base)
    context = ssl.create_default_context(cadata=authority.decode() if authority else None)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _authorization(user: Mapping[str, Any], base: Path, exec_token: str) -> dict[str, str]:
    token = exec_token or user.get("token") or ""
    if not token and user.get("tokenFile"):
        token = (base / user["tokenFile"]).read_text().strip()
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password', '')}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    return {}


def _exec(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Ask a credential plugin, as kubectl does."""
    info = json.dumps(
        {
            "apiVersion": spec.get("apiVersion", "client.authentication.k8s.io/v1"),
            "kind": "ExecCredential",
            "spec": {"interactive": False},
        }
    )
    variables = {entry["name"]: entry["value"] for entry in spec.get("env") or []}
    command = [spec["command"], *(spec.get("args") or [])]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **variables, "KUBERNETES_EXEC_INFO": info},
            capture_output=True,
            check=True,
            timeout=60,
        )
        status: dict[str, Any] = json.loads(done.stdout)["status"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise ValueError(f"the credential plugin {spec['command']!r} gave no credential: {error}") from error
    return status
