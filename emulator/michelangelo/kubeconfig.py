"""Reads a kubeconfig: how a context's API server is reached."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from emulator.michelangelo.client import Access
from emulator.michelangelo.credentials import Credentials, FileToken, Plugin


def access(path: Path, context: str = "") -> Access:
    """A context of a kubeconfig, the current one unless named. Raises ValueError, OSError."""
    config = _read(path)
    contexts = _named(config, "contexts", "context")
    wanted = context or config.get("current-context") or ""
    if wanted not in contexts:
        raise ValueError(f"{path} has no context {wanted!r}: known are {', '.join(sorted(contexts)) or 'none'}")
    chosen = contexts[wanted]
    cluster = _named(config, "clusters", "cluster").get(chosen.get("cluster", ""))
    if cluster is None or not cluster.get("server"):
        raise ValueError(f"{path}: context {wanted!r} names the cluster {chosen.get('cluster')!r}, which has no server")
    user = _named(config, "users", "user").get(chosen.get("user", ""), {})
    folder = path.resolve().parent
    certificate, key = _content(user, "client-certificate", folder), _content(user, "client-key", folder)
    authority = _content(cluster, "certificate-authority", folder)
    token = user.get("token") or ""
    credentials: Credentials | None = None
    if "exec" in user:
        plugin = _plugin(user["exec"], path, cluster, authority)
        certificate, key, credentials = plugin.given.certificate_pem, plugin.given.key_pem, plugin
    elif user.get("tokenFile"):
        credentials = FileToken(Path(folder, user["tokenFile"]))
    return Access(
        cluster["server"],
        token,
        authority or None,
        not cluster.get("insecure-skip-tls-verify"),
        certificate,
        key,
        credentials,
        server_name=cluster.get("tls-server-name") or "",
        proxy=cluster.get("proxy-url") or "",
        headers=tuple(_impersonation(user)),
    )


def _impersonation(user: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The headers that say as whom a user acts."""
    for field, header in (("as", "Impersonate-User"), ("as-uid", "Impersonate-Uid")):
        if user.get(field):
            yield header, str(user[field])
    for group in user.get("as-groups") or ():
        yield "Impersonate-Group", str(group)
    for name, values in (user.get("as-user-extra") or {}).items():
        for value in values:
            yield f"Impersonate-Extra-{quote(name, safe='')}", str(value)


def current(path: Path) -> str:
    """The context that is used unless another is named. Raises ValueError, OSError."""
    return str(_read(path).get("current-context") or "")


def selected(path: Path, context: str = "") -> dict[str, Any]:
    """The same kubeconfig for a place elsewhere: files by their whole path, and *context* current. Raises ValueError, OSError."""
    config = _read(path)
    folder = path.resolve().parent
    for item in config.get("clusters") or ():
        _whole(item.get("cluster") or {}, folder, "certificate-authority")
    for item in config.get("users") or ():
        user = item.get("user") or {}
        _whole(user, folder, "client-certificate", "client-key", "tokenFile")
        if "/" in str((user.get("exec") or {}).get("command", "")):
            _whole(user["exec"], folder, "command")
    return {**config, "current-context": context or config.get("current-context") or ""}


def _whole(part: dict[str, Any], folder: Path, *names: str) -> None:
    for name in names:
        if part.get(name):
            part[name] = str(folder / part[name])


def cluster_name(path: Path, context: str = "") -> str:
    """The name that a context's cluster has in the file. Raises ValueError, OSError."""
    config = _read(path)
    wanted = context or config.get("current-context") or ""
    return str(_named(config, "contexts", "context").get(wanted, {}).get("cluster") or "")


def namespace(path: Path, context: str = "") -> str:
    """The namespace of a context. Raises ValueError, OSError."""
    config = _read(path)
    chosen = _named(config, "contexts", "context").get(context or config.get("current-context") or "", {})
    return str(chosen.get("namespace") or "default")


def _read(path: Path) -> dict[str, Any]:
    try:
        config = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no kubeconfig: {error}") from None
    if not isinstance(config, dict):
        raise ValueError(f"{path} is no kubeconfig: it has no clusters, users and contexts")
    return config


def _named(config: Mapping[str, Any], part: str, inner: str) -> dict[str, dict[str, Any]]:
    return {item["name"]: item.get(inner) or {} for item in config.get(part) or () if isinstance(item, dict)}


def _content(part: Mapping[str, Any], name: str, folder: Path) -> bytes:
    """What a kubeconfig holds inline, or in a file beside it; empty when it has neither. Raises ValueError, OSError."""
    if part.get(f"{name}-data"):
        try:
            return base64.b64decode(part[f"{name}-data"])
        except binascii.Error as error:
            raise ValueError(f"{name}-data of the kubeconfig is no base64: {error}") from None
    return Path(folder, part[name]).read_bytes() if part.get(name) else b""


def _plugin(entry: dict[str, Any], path: Path, cluster: Mapping[str, Any], authority: bytes) -> Plugin:
    """A credential plugin that has been asked once: what it gives decides how we connect. Raises ValueError."""
    about = {"server": cluster["server"], "certificate-authority-data": base64.b64encode(authority).decode()}
    plugin = Plugin(entry, path.resolve().parent, about)
    try:
        plugin.ask()
    except OSError as error:
        raise ValueError(f"{path}: {error}") from None
    return plugin
