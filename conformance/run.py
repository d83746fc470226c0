"""A run: every check against one open target, a verdict per clause."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from conformance.checks.check import Check
from conformance.checks.register import CHECKS
from conformance.checks.session import Session
from conformance.errors import HarnessError
from conformance.oracles.finding import Finding, ViolationError
from conformance.spec.register import CLAUSES
from conformance.verdict import Verdict, worst


@dataclass(slots=True)
class Outcome:
    """What one check came to. *exchanges* are those of its last example: the smallest that convicts, when it failed."""

    check: Check
    verdicts: dict[str, Verdict]
    seconds: float
    finding: Finding | None = None
    note: str = ""
    first: int = 0  # where the check's exchanges begin in the history
    last: int = 0


@dataclass(slots=True)
class Result:
    """A whole run."""

    target: str
    dialect: str
    budget: str
    seed: int
    outcomes: list[Outcome] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    def verdict(self, clause: str) -> Verdict:
        """The clause's verdict: the worst that any check gave it."""
        return worst(outcome.verdicts[clause] for outcome in self.outcomes if clause in outcome.verdicts)

    @property
    def clauses(self) -> list[str]:
        """The clauses that were judged, in the register's order."""
        judged = {clause for outcome in self.outcomes for clause in outcome.verdicts}
        return [clause for clause in CLAUSES if clause in judged]

    @property
    def overall(self) -> Verdict:
        """The worst verdict of all."""
        return worst(self.verdict(clause) for clause in self.clauses)


def chosen(profiles: Sequence[str]) -> list[Check]:
    """The checks of some profiles; of all, when none is named."""
    if not profiles:
        return list(CHECKS)
    return [check for check in CHECKS if any(CLAUSES[clause].profile in profiles for clause in check.clauses)]


def run(session: Session, checks: Iterable[Check], progress: Callable[[Outcome], None]) -> list[Outcome]:
    """Run the checks one after the other. Raises HarnessError when the target goes away."""
    outcomes: list[Outcome] = []
    for check in checks:
        outcome = _one(session, check)
        outcomes.append(outcome)
        progress(outcome)
    return outcomes


def _one(session: Session, check: Check) -> Outcome:
    started, first = time.monotonic(), len(session.history)
    outcome = Outcome(check, {}, 0.0, first=first)
    if "s3" in check.needs and session.store is None:
        outcome.verdicts = dict.fromkeys(check.clauses, Verdict.NOT_APPLICABLE)
        outcome.note = "the target names no object store: give it with s3=URL"
        return outcome
    try:
        check.body(session)
        outcome.verdicts = dict.fromkeys(check.clauses, Verdict.PASS)
    except ViolationError as violation:
        outcome.finding = violation.finding
        # Clauses of the same check that come after the one that fell were not decided.
        outcome.verdicts = dict.fromkeys(check.clauses, Verdict.UNKNOWN)
        outcome.verdicts[violation.finding.clause] = Verdict.FAIL
    except HarnessError:
        raise
    except Exception as error:
        outcome.verdicts = dict.fromkeys(check.clauses, Verdict.ERROR)
        where = traceback.extract_tb(error.__traceback__)[-1]
        outcome.note = f"the check broke: {type(error).__name__}: {error} ({where.name}, line {where.lineno})"
    outcome.seconds = time.monotonic() - started
    outcome.last = len(session.history)
    return outcome
