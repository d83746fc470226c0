"""The condition engine: any outcomes of any actors."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from emulator.michelangelo.controllers.conditions import DONE, FALSE, TRUE, Actor, Outcome, false, pending, run

outcomes = st.sampled_from([DONE, false("Word", "a sentence"), pending("Later", "not yet")])
plans = st.lists(st.tuples(outcomes, outcomes), min_size=1, max_size=5)


def judged(plan, previous=(), seconds=100):
    acted: list[int] = []

    def actor(number: int, found: Outcome, made: Outcome) -> Actor:
        async def retrieve() -> Outcome:
            return found

        async def act() -> Outcome:
            acted.append(number)
            return made

        return Actor(f"C{number}", retrieve, act)

    actors = [actor(number, *pair) for number, pair in enumerate(plan)]
    return asyncio.run(run(actors, list(previous), seconds)), acted


@given(plans)
def test_only_the_first_that_is_not_true_acts(plan):
    """One actor acts in a pass: the first whose condition is not TRUE."""
    _, acted = judged(plan)
    first = next((number for number, (found, _) in enumerate(plan) if found != DONE), None)
    assert acted == ([] if first is None else [first])


@given(plans)
def test_conditions_say_what_was_found(plan):
    """Each actor has one condition, in order; UNKNOWN leaves the status out; TRUE says nothing more."""
    done, acted = judged(plan)
    assert [condition["type"] for condition in done.conditions] == [f"C{number}" for number in range(len(plan))]
    for number, condition in enumerate(done.conditions):
        outcome = plan[number][1] if number in acted else plan[number][0]
        assert condition.get("status", "CONDITION_STATUS_UNKNOWN") == outcome.status
        assert (condition.get("message", ""), condition.get("reason", "")) == (outcome.message, outcome.reason)
    assert (done.stopped is None) == all(condition.get("status") == TRUE for condition in done.conditions)
    assert done.failed == any(plan[number][1].status == FALSE for number in acted)


@given(plans, st.integers(101, 200))
def test_timestamps_move_only_with_what_they_are_about(plan, later):
    """A condition that did not change keeps its timestamp; one that did, if only within the pass, has the new one."""
    first, acted = judged(plan)
    again, _ = judged(plan, first.conditions, later)
    for number, (before, after) in enumerate(zip(first.conditions, again.conditions, strict=True)):
        overturned = number in acted and plan[number][0] != plan[number][1]
        assert after == {**before, "lastUpdatedTimestamp": str(later) if overturned else "100"}
    changed = [(DONE, DONE)] * len(plan)
    other, _ = judged(changed, first.conditions, later)
    for before, after in zip(first.conditions, other.conditions, strict=True):
        assert after["lastUpdatedTimestamp"] == (
            before["lastUpdatedTimestamp"] if before.get("status") == TRUE else str(later)
        )


def test_a_marker_stays_with_its_condition():
    """What an actor has marked stays in the condition's metadata while the condition goes on to be TRUE."""
    marked, _ = judged([(pending("Later", "not yet"), pending("Later", "not yet").marked())])
    [before] = marked.conditions
    assert before["metadata"] == {"@type": "type.googleapis.com/google.protobuf.BoolValue", "value": "CAE="}
    later, _ = judged([(DONE, DONE)], [before], 200)
    [after] = later.conditions
    assert (after["status"], after["metadata"]) == (TRUE, before["metadata"])
