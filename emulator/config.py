"""What a plane is started with: one frozen value, units in the names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from emulator.artifact_layout import DEFAULT as DEFAULT_LAYOUT

TIMINGS = ("fast", "realistic")
DIALECTS = ("guide", "upstream")
DEFAULT_KUBE_PORT = 16443
DEFAULT_S3_PORT = 19091
DEFAULT_RPC_PORT = 15566
MODELS_BUCKET = "michelangelo-models"
FIRST_YEAR, LAST_YEAR = 1970, 9000  # what certificates and timestamps can say, with room to advance


@dataclass(frozen=True, slots=True)
class Config:
    """Where the doors are, who may come in, and what is fitted. Port 0 picks a free one; rpc_port None opens no gRPC door."""

    host: str = "127.0.0.1"
    kube_port: int = DEFAULT_KUBE_PORT
    s3_port: int = DEFAULT_S3_PORT
    rpc_port: int | None = DEFAULT_RPC_PORT
    control_port: int = 0
    rpc_auth: bool = False  # gRPC calls act as their caller
    rpc_lenient: bool = False  # gRPC calls need no rpc-* metadata and no deadline
    dialect: str = "guide"
    api: str = "memory"  # what the Kubernetes API server is; see engines/choose.py
    confirm_cluster: str = ""  # the name of a cluster that may be written to
    object_store: str = "moto"  # or the URL of an S3 endpoint
    kubeconfig: Path | None = None  # where it is written; None: into the plane's state directory
    token_auth_file: Path | None = None
    models_bucket: str = MODELS_BUCKET
    artifact_layout: str = DEFAULT_LAYOUT  # see artifact_layout.py
    timings: str = "fast"  # of controllers: fast, realistic
    clock_start: str = ""  # RFC 3339; empty: the machine's time
    pod_limits: str = ""  # see node/limits.py; empty: the usual ones
    seed: Path | None = None
    faults: tuple[str, ...] = ()


def instant(text: str) -> datetime:
    """An instant. Raises ValueError, which says how one is written."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time: write 2026-01-31T12:00:00Z") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"{text!r} is too far away: a plane's clock runs from {FIRST_YEAR} to {LAST_YEAR}")
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def bucket(name: str) -> str:
    """A bucket's name. Raises ValueError with S3's rule ("General purpose bucket naming rules") for one that clients would refuse."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name:
        raise ValueError(
            f"{name!r} is no name for a bucket: 3 to 63 lower-case letters, digits, hyphens and dots, "
            "beginning and ending with a letter or digit"
        )
    return name
