"""The estimate of a run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conformance.engine.budget import BUDGETS
from conformance.engine.estimate import Estimate, estimate
from conformance.engine.selection import select


@given(st.sampled_from(list(BUDGETS)), st.floats(0.0001, 10), st.integers(1, 16))
def test_it_grows_with_distance_and_never_passes_its_cap(name: str, round_trip: float, workers: int) -> None:
    """A slower target takes longer, more workers never do, and the cap holds."""
    selection = select(BUDGETS[name])
    found = estimate(selection, BUDGETS[name], round_trip, workers)
    assert 0 < found.expected <= found.cap
    assert estimate(selection, BUDGETS[name], round_trip * 2, workers).expected >= found.expected
    assert estimate(selection, BUDGETS[name], round_trip, workers + 1).expected <= found.expected


def test_it_is_said_for_people() -> None:
    """Seconds, minutes or hours, as fits."""
    assert Estimate(0.2, 80).said() == "about 1 s, at most 80 s"
    assert Estimate(600, 7200).said() == "about 10 min, at most 2.0 h"
