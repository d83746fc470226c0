"""Reads a kubeconfig: how a context's API server is reached."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml

from emulator.michelangelo.client import Access


def access(path: Path, context: str = "") -> Access:
    """A context of a kubeconfig, the current one unless named. Raises ValueError, OSError."""
    config: dict[str, Any] = yaml.safe_load(path.read_text()) or {}
    contexts = {item["name"]: item["context"] for item in config.get("contexts") or ()}
    wanted = context or config.get("current-context") or ""
    if wanted not in contexts:
        raise ValueError(f"{path} has no context {wanted!r}: known are {', '.join(sorted(contexts)) or 'none'}")
    chosen = contexts[wanted]
    cluster = next(item["cluster"] for item in config["clusters"] if item["name"] == chosen["cluster"])
    user: dict[str, Any] = next((item["user"] for item in config["users"] if item["name"] == chosen["user"]), {})
    authority = None
    if "certificate-authority-data" in cluster:
        authority = base64.b64decode(cluster["certificate-authority-data"])
    elif "certificate-authority" in cluster:
        authority = Path(cluster["certificate-authority"]).read_bytes()
    return Access(cluster["server"], user.get("token", ""), authority, not cluster.get("insecure-skip-tls-verify"))
