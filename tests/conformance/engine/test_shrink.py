from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.engine.shrink import shrink


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 9))
def test_keeps_exactly_what_fails(items: list[int], culprit: int) -> None:
    """Of a list that fails because of one item, that item is left."""
    items = [*items, culprit]
    assert shrink(items, lambda case: culprit in case) == [culprit]


def test_looks_inside() -> None:
    """Lists inside objects and lists are made smaller, too; keys stay."""
    case = {"models": [{"uris": ["a", "b", "c"]}, {"uris": ["d"]}], "cut": 3}
    found = shrink(case, lambda case: any("b" in model["uris"] for model in case["models"]))
    assert found == {"models": [{"uris": ["b"]}], "cut": 3}


def test_stops_when_time_is_up() -> None:
    """A verdict of None ends it with the best so far."""
    asked: list[Any] = []

    def fails(case: Any) -> bool | None:
        asked.append(case)
        return True if len(asked) < 2 else None

    assert shrink([1, 2, 3, 4], fails) == [3, 4]
