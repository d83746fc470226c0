"""What came of a case and of a check, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.driver.history import Exchange
from conformance.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a check said when it did not pass: of which clause, what was expected and seen."""

    verdict: Verdict
    clause: str
    expected: str
    observed: str

    def as_json(self) -> dict[str, str]:
        """For the log."""
        return {
            "verdict": self.verdict.value,
            "clause": self.clause,
            "expected": self.expected,
            "observed": self.observed,
        }

    @staticmethod
    def from_json(value: Mapping[str, str]) -> Trouble:
        """From the log."""
        return Trouble(Verdict(value["verdict"]), value["clause"], value["expected"], value["observed"])


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One case: what was drawn, what was said, what came of it (None: passed)."""

    number: int
    case: Any
    exchanges: tuple[Exchange, ...]
    trouble: Trouble | None = None


@dataclass(slots=True)
class CheckOutcome:
    """One check of a run."""

    check: str
    verdicts: dict[str, Verdict]  # by clause
    examples: int = 0
    seconds: float = 0.0
    trouble: Trouble | None = None
    evidence: int = 0  # number of the case that convicts
    flaky: bool = False  # convicted, but not each time
    note: str = ""
    cases: list[CaseOutcome] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the log; without the cases, which have lines of their own."""
        value: dict[str, Any] = {
            "check": self.check,
            "verdicts": {clause: verdict.value for clause, verdict in self.verdicts.items()},
            "examples": self.examples,
            "seconds": round(self.seconds, 3),
        }
        if self.trouble is not None:
            value |= {"trouble": self.trouble.as_json(), "evidence": self.evidence}
        if self.flaky:
            value["flaky"] = True
        if self.note:
            value["note"] = self.note
        return value
