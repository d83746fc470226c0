"""Runs a check: Hypothesis draws cases and makes a failing one small; nothing of Hypothesis is left in the outcome."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisException

from conformance.checks.check import Check
from conformance.checks.context import Context
from conformance.driver.stopwatch import SPENT
from conformance.engine.budget import Budget
from conformance.engine.case import run_case
from conformance.engine.outcome import CaseOutcome, CheckOutcome, Trouble
from conformance.engine.shrink import shrink
from conformance.verdict import Verdict


class _Enough(BaseException):
    """Time is up. Not an Exception, so that Hypothesis lets it through."""


class _Failed(Exception):  # noqa: N818
    """Tells Hypothesis that a case did not pass."""


def seed_of(run_seed: int, check: Check) -> int:
    """A check's own seed: the same for the same run, whatever else is run."""
    return int.from_bytes(hashlib.sha256(f"{run_seed}/{check.id}".encode()).digest()[:8], "big")


class _Run:
    """The state of one check's run."""

    def __init__(self, check: Check, context: Context, budget: Budget) -> None:
        self.check = check
        self.context = context
        self.budget = budget
        self.count = 0
        self.passed: list[CaseOutcome] = []
        self.best: CaseOutcome | None = None
        self.deadline = time.monotonic() + budget.check_seconds

    def execute(self, case: Any) -> CaseOutcome:
        """Run a case and remember what matters of it."""
        self.count += 1
        with SPENT.during("cases"):
            outcome = run_case(self.check, self.context, self.count, case)
        if outcome.trouble is None:
            if self.best is None:
                self.passed.append(outcome)
            return outcome
        if self.best is None:
            self.deadline = time.monotonic() + self.budget.shrink_seconds
        if self.best is None or (
            _alike(outcome.trouble, self.best.trouble) and _size(outcome.case) <= _size(self.best.case)
        ):
            self.best = outcome
        return outcome

    def body(self, case: Any) -> None:
        """What Hypothesis calls."""
        late = self.count > 0 and time.monotonic() > self.deadline  # on a slow machine one case is tried all the same
        if self.context.stop.is_set() or late:
            raise _Enough
        outcome = self.execute(json.loads(json.dumps(case)))
        if outcome.trouble is not None:
            if outcome.trouble.verdict is not Verdict.FAIL:
                raise _Enough  # nothing to make smaller: the target is gone, lacks a door, or the suite is broken
            raise _Failed


def _alike(one: Trouble | None, other: Trouble | None) -> bool:
    """Whether both say that the same clause is broken."""
    return one is not None and other is not None and (one.verdict, one.clause) == (other.verdict, other.clause)


def _size(case: Any) -> int:
    return len(json.dumps(case))


def run_check(check: Check, context: Context, budget: Budget, seed: int) -> CheckOutcome:
    """Run a check within its budget."""
    began = time.monotonic()
    run = _Run(check, context, budget)
    if check.given is None:
        with SPENT.during("alone"):
            run.execute(None)
    else:
        with SPENT.during("explore"):
            _explore(run, seed_of(seed, check))
    outcome = _outcome(run)
    outcome.seconds = time.monotonic() - began
    return outcome


def _explore(run: _Run, seed: int) -> None:
    assert run.check.given is not None

    # Not as decorators: Hypothesis reads the source of what it calls, and takes the longer the more there is.
    def body(case: Any) -> None:
        run.body(case)

    limits = settings(
        max_examples=run.budget.examples_of(run.check),
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    explore = seeded(seed)(limits(given(run.check.given)(body)))
    try:
        explore()
    except (_Enough, _Failed):
        pass
    except HypothesisException as error:
        # Flaky: the same case went both ways, which Hypothesis cannot shrink. We keep what convicts.
        if run.best is None:
            raise AssertionError(f"the strategy of {run.check.id} is broken: {error}") from error
    if run.best is not None and run.best.trouble is not None and run.best.trouble.verdict is Verdict.FAIL:
        run.deadline = time.monotonic() + run.budget.shrink_seconds
        shrink(run.best.case, lambda case: _still_fails(run, case))


def _still_fails(run: _Run, case: Any) -> bool | None:
    """Whether a smaller case fails alike; None when time is up."""
    if time.monotonic() > run.deadline or run.context.stop.is_set():
        return None
    return _alike(run.execute(case).trouble, run.best.trouble if run.best else None)


def _outcome(run: _Run) -> CheckOutcome:
    check = run.check
    if run.best is None:
        interrupted = run.context.stop.is_set() and not run.passed
        verdict = Verdict.UNKNOWN if interrupted or not run.passed else Verdict.PASS
        note = "no case was run" if verdict is Verdict.UNKNOWN else ""
        return CheckOutcome(
            check.id, dict.fromkeys(check.clauses, verdict), len(run.passed), note=note, cases=run.passed
        )
    trouble = run.best.trouble
    assert trouble is not None
    outcome = CheckOutcome(
        check.id,
        verdicts_of(check, trouble),
        len(run.passed) + 1,
        trouble=trouble,
        evidence=run.best.number,
        cases=[*run.passed, run.best],
    )
    if trouble.verdict is Verdict.FAIL and run.budget.shrink_seconds > 0:
        with SPENT.during("cases"), SPENT.during("alone"):
            again = run_case(check, run.context, run.count + 1, run.best.case)
        outcome.flaky = again.trouble is None
    return outcome


def verdicts_of(check: Check, trouble: Trouble | None) -> dict[str, Verdict]:
    """What a check's trouble (or none) says of each of its clauses: those it did not come to are unknown."""
    if trouble is None:
        return dict.fromkeys(check.clauses, Verdict.PASS)
    if trouble.verdict is Verdict.FAIL:
        return {
            clause: Verdict.FAIL if clause == trouble.clause else Verdict.UNKNOWN
            for clause in {*check.clauses, trouble.clause}
        }
    return dict.fromkeys(check.clauses, trouble.verdict)
