"""The emulator's plane on a real API server: an envtest control plane, or a kind cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from conformance.targets.child import plane
from conformance.targets.interface import Doors

START_SECONDS = {"envtest": 200.0, "kind": 700.0}  # kind may have to fetch an image
STOP_SECONDS = 90.0
SETTLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class EngineTarget:
    """``envtest[:DIR][,dialect=guide|upstream]`` and ``kind[:NAME][,dialect=guide|upstream]``: ``ma-emulator up --api`` the same."""

    engine: str
    where: str = ""  # DIR or NAME
    dialect: str = ""

    @property
    def name(self) -> str:
        """As it was given."""
        return self.api + (f",dialect={self.dialect}" if self.dialect else "")

    @property
    def api(self) -> str:
        """As ``--api`` takes it."""
        return self.engine + (f":{self.where}" if self.where else "")

    def open(self) -> AbstractContextManager[Doors]:
        """Start it on free ports; it ends with the context. Raises TargetError with what it printed."""
        flags = ["--api", self.api, *(["--dialect", self.dialect] if self.dialect else [])]
        return plane(flags, START_SECONDS[self.engine], STOP_SECONDS, SETTLE_SECONDS)
