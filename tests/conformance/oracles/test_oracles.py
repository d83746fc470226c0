"""Linearizability and watches: pure oracles that acquit what could have happened, and convict what could not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.oracles.linearizable import Call, linearize
from conformance.oracles.watching import Seen, disagreements, lives


def register(state: int, asked: Any, answer: Any) -> int | None:
    """A register of one number: ("write", n) is answered "ok", ("read",) with the number."""
    if asked[0] == "write":
        return int(asked[1]) if answer in ("ok", None) else None
    return state if answer in (state, None) else None


@st.composite
def histories(draw: st.DrawFn) -> list[Call]:
    """Histories of a correct register: each operation takes effect at a moment within its interval."""
    calls, state = [], 0
    for moment in range(draw(st.integers(0, 7))):
        before, after = draw(st.floats(0, 3)), draw(st.floats(0, 3))
        write = draw(st.booleans())
        value = draw(st.integers(0, 3))
        state = value if write else state
        asked = ("write", value) if write else ("read",)
        calls.append(Call(moment - before, moment + after, asked, "ok" if write else state))
    return draw(st.permutations(calls))


@given(histories())
def test_what_happened_is_explained(calls: list[Call]) -> None:
    """Whatever the intervals, a correct register's history has an order, and the order explains each answer in time."""
    found = linearize(calls, 0, register)
    assert found.order is not None
    state: int | None = 0
    for number, call in enumerate(found.order):
        assert state is not None
        state = register(state, call.asked, call.answer)
        assert all(later.answered_at >= call.asked_at for later in found.order[number + 1 :])
    assert state is not None


@pytest.mark.parametrize(
    "calls",
    [
        [Call(0, 1, ("write", 1), "ok"), Call(2, 3, ("read",), 0)],
        [Call(0, 9, ("write", 1), "ok"), Call(1, 2, ("read",), 1), Call(3, 4, ("read",), 0)],
        [Call(0, 1, ("read",), 7)],
    ],
    ids=["stale read", "a read goes back", "out of nowhere"],
)
def test_what_cannot_have_happened_is_convicted(calls: list[Call]) -> None:
    """No order explains a stale read, a value that was seen and unseen, or one that nobody wrote."""
    found = linearize(calls, 0, register)
    assert found.order is None
    assert not found.undecided


def test_an_operation_without_an_answer_may_have_happened_or_not() -> None:
    """Both readings are explained."""
    lost = Call(0, 1, ("write", 1), None)
    for value in (0, 1):
        assert linearize([lost, Call(2, 3, ("read",), value)], 0, register).order is not None


events = st.lists(
    st.builds(
        Seen, type=st.sampled_from(["ADDED", "MODIFIED", "DELETED"]), name=st.sampled_from("ab"), version=st.just("")
    ),
    max_size=6,
).map(lambda listed: [Seen(one.type, one.name, str(number)) for number, one in enumerate(listed, 1)])


@given(events, st.data())
def test_a_watch_tells_each_write_once_in_order(written: list[Seen], data: st.DataObject) -> None:
    """The same events agree, bookmarks or not; a gap, a double and a swap each do not."""
    bookmark = Seen("BOOKMARK", "", "9")
    assert disagreements(written, [*written, bookmark]) == []
    if written:
        at = data.draw(st.integers(0, len(written) - 1))
        assert "not delivered" in disagreements(written, written[:at] + written[at + 1 :])[0]
        assert "delivered 2 times" in disagreements(written, [*written, written[at]])[0]
        assert "not written" in disagreements(written[:at] + written[at + 1 :], written)[0]
    if len(written) > 1:
        assert "another order" in disagreements(written, [*written[1:], written[0]])[0]


@pytest.mark.parametrize(
    ("types", "holds"),
    [
        (["ADDED", "MODIFIED", "DELETED", "ADDED"], True),
        (["MODIFIED", "DELETED"], True),
        (["ADDED", "ADDED"], False),
        (["ADDED", "DELETED", "MODIFIED"], False),
        (["DELETED", "DELETED"], False),
    ],
)
def test_lives(types: list[str], holds: bool) -> None:
    """An object is added, changes, and is deleted before it is added again; a watch may begin in the middle."""
    assert (lives({"m": types}) == []) is holds
