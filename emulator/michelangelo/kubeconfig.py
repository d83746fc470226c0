"""Reads a kubeconfig: how a context's API server is reached."""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from emulator.michelangelo.client import Access

EXEC_SECONDS = 60.0  # for a credential plugin


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
    token = user.get("token") or (Path(folder, user["tokenFile"]).read_text().strip() if "tokenFile" in user else "")
    if "exec" in user:
        token, certificate, key = _asked(user["exec"], path)
    return Access(
        cluster["server"],
        token,
        _content(cluster, "certificate-authority", folder) or None,
        not cluster.get("insecure-skip-tls-verify"),
        certificate,
        key,
    )


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


def _asked(plugin: Mapping[str, Any], path: Path) -> tuple[str, bytes, bytes]:
    """Token, certificate and key of a credential plugin (client.authentication.k8s.io). Raises ValueError."""
    about = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": {"interactive": False}}
    given = {item["name"]: item["value"] for item in plugin.get("env") or ()}
    command = [str(plugin.get("command")), *(plugin.get("args") or ())]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **given, "KUBERNETES_EXEC_INFO": json.dumps(about)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=EXEC_SECONDS,
            check=True,
        )
        status = json.loads(done.stdout)["status"]
        certificate, key = status.get("clientCertificateData") or "", status.get("clientKeyData") or ""
        return status.get("token") or "", certificate.encode(), key.encode()
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()
        raise ValueError(f"{path}: the credential plugin {command[0]} gave no credentials: {said}") from None
