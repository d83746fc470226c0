"""The kubeconfig that a plane writes: one cluster, a context per identity."""

from __future__ import annotations

import base64
import errno
import os
from collections.abc import Mapping
from pathlib import Path


def document(
    server: str,
    authority_pem: bytes,
    tokens: Mapping[str, str],
    current: str,
    certificates: Mapping[str, tuple[bytes, bytes]] | None = None,
) -> dict[str, object]:
    """A kubeconfig with one context per entry of *tokens* (context name to bearer token) and *certificates* (to certificate and key)."""
    cluster = {"server": server, "certificate-authority-data": _data(authority_pem)}
    users: dict[str, dict[str, str]] = {name: {"token": token} for name, token in tokens.items()}
    for name, (certificate, key) in (certificates or {}).items():
        users[name] = {"client-certificate-data": _data(certificate), "client-key-data": _data(key)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": [{"name": "michelangelo", "cluster": cluster}],
        "users": [{"name": name, "user": user} for name, user in users.items()],
        "contexts": [
            {"name": name, "context": {"cluster": "michelangelo", "user": name, "namespace": "default"}}
            for name in users
        ],
    }


def _data(pem: bytes) -> str:
    return base64.b64encode(pem).decode()


def write(path: Path, content: dict[str, object]) -> None:
    """Write it for its owner's eyes only, in one piece. Raises OSError."""
    import yaml  # here, as a plane writes the file when its API server answers already

    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder: name the file to write the kubeconfig to", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(yaml.safe_dump(content, sort_keys=False))
    fresh.replace(path)
