"""What a person reads while and after a run."""

from __future__ import annotations

import sys

from conformance.report.files import describe
from conformance.run import Outcome, Result
from conformance.spec.register import CLAUSES
from conformance.verdict import Verdict

_COLOURS = {Verdict.PASS: "32", Verdict.FAIL: "31", Verdict.ERROR: "31", Verdict.UNKNOWN: "33", Verdict.WARN: "33"}


def _painted(verdict: Verdict) -> str:
    text = f"{verdict.value.upper():14}"
    colour = _COLOURS.get(verdict)
    return f"\033[{colour}m{text}\033[0m" if colour and sys.stdout.isatty() else text


def progress(outcome: Outcome) -> None:
    """One line per clause as soon as its check is done."""
    for clause, verdict in outcome.verdicts.items():
        sys.stdout.write(f"  {_painted(verdict)} {clause:36} {CLAUSES[clause].section}\n")
        said = describe(outcome)
        if said and verdict is not Verdict.PASS:
            sys.stdout.write(f"                 {said}\n")
    sys.stdout.flush()


def summary(result: Result, seconds: float) -> str:
    """The last line."""
    counts = {verdict: sum(result.verdict(clause) is verdict for clause in result.clauses) for verdict in Verdict}
    shown = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)
    words = {Verdict.PASS: "conformant", Verdict.FAIL: "not conformant"}
    return f"{words.get(result.overall, result.overall.value)}: {shown} ({len(result.clauses)} clauses, {seconds:.1f} s, seed {result.seed})"
