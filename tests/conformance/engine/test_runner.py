"""One check within its budget."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from conformance.checks.check import Check
from conformance.checks.context import Context, Facts
from conformance.checks.world import World
from conformance.engine.budget import Budget
from conformance.engine.runner import run_check
from conformance.model.dialect import Dialect, Spelling
from conformance.verdict import Verdict

LATE = Budget("late", examples=3, shrink_seconds=0.0, check_seconds=-1.0)


def checked(body, budget: Budget):
    context = Context(Facts(run_id="0" * 8, dialect=Dialect(Spelling.GUIDE), disposable=True))
    check = Check("sample", ("k8s.numbers",), "A sample.", body, st.integers())
    return run_check(check, context, budget, seed=1)


def test_one_case_is_tried_however_late_it_is() -> None:
    """On a machine so slow that a check's time is up before it begins, it still decides; a late pass is a pass."""
    outcome = checked(lambda world, case: None, LATE)
    assert (outcome.verdicts, len(outcome.cases)) == ({"k8s.numbers": Verdict.PASS}, 1)


@pytest.mark.parametrize(("seconds", "tried"), [(0.0, 1), (0.01, 2)])
def test_what_failed_is_tried_again_where_it_is_made_smaller(seconds: float, tried: int) -> None:
    """A failure is confirmed, unless nobody asked for a good counterexample."""
    cases = []

    def body(world: World, case: int) -> None:
        cases.append(case)
        world.expect(False, "never", case)

    outcome = checked(body, Budget("b", examples=1, shrink_seconds=seconds, check_seconds=0.0))
    assert outcome.verdicts["k8s.numbers"] is Verdict.FAIL
    assert len(cases) >= tried
    assert seconds or len(cases) == 1
