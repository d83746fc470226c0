"""A run that was recorded: judged again, without anything that answers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from conformance.driver.errors import TargetError
from conformance.targets.interface import Doors


@dataclass(frozen=True, slots=True)
class ReplayTarget:
    """``replay:LOG``, the events.jsonl of a run."""

    log: Path

    @property
    def name(self) -> str:
        """As it was given."""
        return f"replay:{self.log}"

    def open(self) -> AbstractContextManager[Doors]:
        """There is nothing to open. Raises TargetError."""
        raise TargetError(f"{self.name} has no doors: it can be judged again, with `ma-conformance run` or `judge`")
