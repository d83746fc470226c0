"""The kubeconfig that a plane writes: one cluster, a context per identity."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path

import yaml


def document(server: str, authority_pem: bytes, tokens: Mapping[str, str], current: str) -> dict[str, object]:
    """A kubeconfig with one context per entry of *tokens* (context name to bearer token)."""
    cluster = {"server": server, "certificate-authority-data": base64.b64encode(authority_pem).decode()}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": [{"name": "michelangelo", "cluster": cluster}],
        "users": [{"name": name, "user": {"token": token}} for name, token in tokens.items()],
        "contexts": [
            {"name": name, "context": {"cluster": "michelangelo", "user": name, "namespace": "default"}}
            for name in tokens
        ],
    }


def write(path: Path, content: dict[str, object]) -> None:
    """Write it for its owner's eyes only, in one piece."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(yaml.safe_dump(content, sort_keys=False))
    fresh.replace(path)
