"""How long a run will take, said before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.engine.budget import Budget
from conformance.engine.selection import Selection

EXCHANGES = 9.6  # per case: 15,159 in the 1,576 cases of a standard run
OWN_SECONDS = 0.010  # per case, for drawing, judging and recording: 15 s of that run


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds: what to expect, and what cannot be exceeded."""

    expected: float
    cap: float

    def said(self) -> str:
        """For people."""
        return f"about {_span(self.expected)}, at most {_span(self.cap)}"


def estimate(selection: Selection, budget: Budget, round_trip: float, workers: int) -> Estimate:
    """The estimate for a target that answers in *round_trip* seconds."""
    cases = sum(budget.examples_of(check) for check in selection.checks)
    cap = len(selection.checks) * (budget.check_seconds + 2 * budget.shrink_seconds) / workers
    return Estimate(min(cap, cases * (EXCHANGES * round_trip / workers + OWN_SECONDS)), cap)


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
