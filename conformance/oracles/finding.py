"""What an oracle says when something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause that does not hold: in what way, what was expected, what was observed."""

    clause: str
    symptom: str
    expected: Any
    observed: Any


class ViolationError(AssertionError):
    """Raised by a check for a finding, so that Hypothesis shrinks what led to it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.clause}: {finding.symptom}: expected {finding.expected!r}, observed {finding.observed!r}")
        self.finding = finding
