"""Verdicts, how they combine, and the exit codes they become."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum


class Verdict(StrEnum):
    """What a check says of a clause. The first five are ordered, worst first; the rest stand outside that order."""

    ERROR = "error"  # the harness broke: says nothing about the target
    FAIL = "fail"
    UNKNOWN = "unknown"  # the evidence does not decide
    WARN = "warn"
    PASS = "pass"
    NOT_APPLICABLE = "not-applicable"  # not declared by the target, and absent
    NOT_SCORED = "not-scored"  # not asked for in this run
    EXPECTED_FAIL = "expected-fail"  # failed, and listed in the vendor's known failures


ORDERED = (Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of them; those outside the order count only when nothing else is there, and nothing at all is unknown."""
    seen = set(verdicts)
    for verdict in (*ORDERED, Verdict.EXPECTED_FAIL, Verdict.NOT_APPLICABLE, Verdict.NOT_SCORED):
        if verdict in seen:
            return verdict
    return Verdict.UNKNOWN


class ExitCode(IntEnum):
    """How a run ends."""

    CONFORMANT = 0
    NOT_CONFORMANT = 1
    INCONCLUSIVE = 2
    USAGE = 3
    HARNESS = 4  # the harness broke, or the target cannot be reached: no verdict
    LEAKED = 5  # judged, but objects of the run are still there


def exit_code(verdict: Verdict, *, leaked: bool) -> ExitCode:
    """The exit code of a run. A leak spoils every answer but "the harness broke" and "not conformant"."""
    if verdict is Verdict.ERROR:
        return ExitCode.HARNESS
    if verdict is Verdict.FAIL:
        return ExitCode.NOT_CONFORMANT
    if leaked:
        return ExitCode.LEAKED
    if verdict in (Verdict.PASS, Verdict.WARN, Verdict.EXPECTED_FAIL):
        return ExitCode.CONFORMANT
    return ExitCode.INCONCLUSIVE
