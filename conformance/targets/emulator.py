"""The emulator as a child process, honest or with a lie fitted."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from conformance.targets.child import plane
from conformance.targets.interface import Doors


@dataclass(frozen=True, slots=True)
class EmulatorTarget:
    """``emulator[:fault=NAME][,dialect=guide|upstream]``."""

    faults: tuple[str, ...] = ()
    dialect: str = ""
    fault_log: Path | None = None  # where the plane notes the lies that it told

    @property
    def name(self) -> str:
        """As it was given."""
        options = [f"fault={fault}" for fault in self.faults] + ([f"dialect={self.dialect}"] if self.dialect else [])
        return "emulator" + (":" + ",".join(options) if options else "")

    def open(self) -> AbstractContextManager[Doors]:
        """Start it on free ports; it ends with the context. Raises TargetError with what it printed, ValueError for unknown faults."""
        flags = ["--dialect", self.dialect] if self.dialect else []
        for fault in self.faults:
            flags += ["--fault", fault]
        told = {"MA_FAULT_LOG": str(self.fault_log)} if self.fault_log is not None else {}
        return plane(flags, environment=told, refused=ValueError)
