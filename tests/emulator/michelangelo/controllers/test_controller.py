"""The queue of a controller: no two passes over one object at a time, none lost, and rest when nothing changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from emulator.michelangelo.controllers.controller import Controller, Key, Verdict
from emulator.michelangelo.controllers.timings import Requeue
from emulator.michelangelo.timers import Timers

SLOW = Requeue(1000.0, 1000.0, 1000.0)
A, B = Key("n", "a"), Key("n", "b")


class Passes:
    """A reconciler that notes its passes."""

    def __init__(self, verdict: Verdict | None = None, pause: float = 0.0) -> None:
        self.began: list[Key] = []
        self.running: set[Key] = set()
        self.verdict = verdict
        self.pause = pause

    async def __call__(self, key: Key) -> Verdict | None:
        assert key not in self.running, "two passes over one object at a time"
        self.began.append(key)
        self.running.add(key)
        await asyncio.sleep(self.pause)
        self.running.discard(key)
        return self.verdict


def controlled(passes, body, requeue=SLOW, seconds=0.05):
    async def run():
        controller = Controller("things", passes, requeue, Timers(lambda: datetime.now(UTC)))
        result = body(controller)
        if result is not None:
            await result
        await asyncio.sleep(seconds)
        controller.stop()

    asyncio.run(run())
    return passes.began


@given(st.lists(st.sampled_from([A, B]), min_size=1, max_size=12))
def test_the_last_change_is_always_seen(changes):
    """However many changes come during a pass, one more follows it, and passes over one object never overlap."""
    passes = Passes()
    last: dict[Key, int] = {}

    async def body(controller):
        for key in changes:
            controller.changed(key, there=True)
            await asyncio.sleep(0)
            last[key] = len(passes.began)

    began = controlled(passes, body, seconds=0.005)
    assert set(began) == set(changes)
    assert all(1 <= began.count(key) <= changes.count(key) for key in set(changes))


def test_a_change_during_a_pass_is_not_lost():
    """One pass under way, three changes: exactly one more pass."""

    async def body(controller):
        controller.changed(A, there=True)
        await asyncio.sleep(0.01)
        for _ in range(3):
            controller.changed(A, there=True)

    assert controlled(Passes(pause=0.02), body, seconds=0.1) == [A, A]


def test_what_went_unseen_gets_a_pass():
    """After a list, what was known and is no more is looked at once again, so that it can be cleaned up."""

    async def body(controller):
        controller.seen([A, B])
        await asyncio.sleep(0.01)
        controller.seen([B])

    began = controlled(Passes(), body)
    assert (began.count(A), began.count(B)) == (2, 2)


def test_dependents_are_those_there_are():
    """A touch reaches what is known in its namespace, one by name or all."""

    def body(controller):
        controller.seen([A, B, Key("other", "a")])
        controller.changed(B, there=False)
        return then(controller)

    async def then(controller):
        await asyncio.sleep(0.01)
        passes.began.clear()
        controller.touch("n")
        controller.touch("n", "b")
        controller.touch("none", "a")

    passes = Passes()
    assert controlled(passes, body) == [A]


def test_satisfied_and_finished_objects_are_left_alone():
    """No pass comes by itself over what is where it should be, or has nothing left to do."""
    for verdict in (None, Verdict(changed=False, satisfied=True)):
        requeue = Requeue(0.001, 0.001, 1000.0)
        assert controlled(Passes(verdict), lambda controller: controller.seen([A]), requeue) == [A]


def test_an_object_that_does_not_change_is_tried_more_and_more_rarely():
    """Waits double up to the last: in the time of fifty first waits there are but a few passes."""
    passes = Passes(Verdict(changed=False, satisfied=False))
    began = controlled(passes, lambda controller: controller.seen([A]), Requeue(0.01, 1000.0, 1000.0), seconds=0.5)
    assert 3 <= len(began) <= 7


def test_an_error_does_not_end_the_controller():
    """A pass that raises is tried again."""

    class Failing(Passes):
        async def __call__(self, key: Key) -> Verdict | None:
            await super().__call__(key)
            if len(self.began) == 1:
                raise RuntimeError("once")
            return None

    assert controlled(Failing(), lambda controller: controller.seen([A]), Requeue(0.01, 1.0, 1.0), 0.1) == [A, A]
