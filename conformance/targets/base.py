"""A target: something that can be opened, and then has doors."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from conformance.driver.s3 import S3Endpoint


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The doors of an open target; what is None it does not have."""

    kubeconfig: Path
    context: str
    s3: S3Endpoint | None
    rpc: str | None


class Target(Protocol):
    """Something to judge."""

    @property
    def name(self) -> str:
        """The string that named it."""
        ...

    def open(self) -> AbstractContextManager[Endpoints]:
        """Bring it up (or just find it). Raises HarnessError when it cannot be reached."""
        ...
