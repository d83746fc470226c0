"""Verdicts, and how several become one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Verdict(Enum):
    """What a clause gets. ERROR is ours or nobody's; FAIL is theirs."""

    ERROR = "error"
    FAIL = "fail"
    UNKNOWN = "unknown"
    WARN = "warn"
    PASS = "pass"
    NOT_APPLICABLE = "not applicable"

    @property
    def rank(self) -> int:
        """How bad it is: the worst has the lowest rank."""
        return list(Verdict).index(self)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; none at all is unknown. What is not applicable counts only when nothing else is there."""
    counted = list(verdicts)
    scored = [verdict for verdict in counted if verdict is not Verdict.NOT_APPLICABLE]
    if not counted:
        return Verdict.UNKNOWN
    return min(scored, key=lambda verdict: verdict.rank) if scored else Verdict.NOT_APPLICABLE


CONFORMANT, NOT_CONFORMANT, INCONCLUSIVE, USAGE, HARNESS, LEAKED = 0, 1, 2, 3, 4, 5


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """The run's exit code: 4 when the harness erred, 1 when a clause failed, 2 when one stayed open, 0 otherwise."""
    overall = worst(verdicts)
    if overall is Verdict.ERROR:
        return HARNESS
    if overall is Verdict.FAIL:
        return NOT_CONFORMANT
    return INCONCLUSIVE if overall in (Verdict.UNKNOWN, Verdict.NOT_APPLICABLE) else CONFORMANT
