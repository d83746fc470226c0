"""A target: something with doors."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class S3Door:
    """An object store: where it is and how to enter. Credentials never come from the command line."""

    url: str
    bucket: str
    access_key_id: str
    secret_access_key: str
    session_token: str = ""
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a target can be reached. ``settle_seconds``: how long something that must become true may take."""

    kubeconfig: Path
    context: str = ""
    s3: S3Door | None = None
    rpc: str = ""
    settle_seconds: float = 10.0
    settle_adapts: bool = True  # grows with the time that the target takes to answer
    disposable: bool = False  # the target ends with the run, so nothing has to be removed one by one
    log: Path | None = None  # what the target prints, if we started it


class Target(Protocol):
    """What ``--target`` names."""

    @property
    def name(self) -> str:
        """The string that names it."""

    def open(self) -> AbstractContextManager[Doors]:
        """Bring it up, or find it. Raises TargetError when that does not work, ValueError when it cannot be meant."""
