"""A scenario: one trouble, said before anything is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from emulator.scenarios.stage import Place, Stage
from emulator.troubleshooting import Row


@dataclass(frozen=True, slots=True)
class Look:
    """A command that shows the symptom, and what it says then."""

    command: str
    says: str
    code: int = 0

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {"command": self.command, "says": self.says, "exit_code": self.code}


@dataclass(slots=True)
class Verdict:
    """Whether a symptom is gone, and what shows it."""

    gone: bool = True
    evidence: list[str] = field(default_factory=list)

    def see(self, good: bool, asked: str, answered: str) -> None:
        """Add what was asked and answered; one bad answer is enough."""
        self.gone &= good
        self.evidence.append(f"{asked}: {answered}")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One trouble. ``start`` and ``fix`` may be called again; ``verify`` changes nothing."""

    name: str
    sentence: str  # what is wrong, in a line
    row: Row
    looks: Callable[[Place], list[Look]]
    start: Callable[[Stage], Awaitable[None]]
    fix: Callable[[Stage], Awaitable[None]]
    verify: Callable[[Stage], Awaitable[Verdict]]
