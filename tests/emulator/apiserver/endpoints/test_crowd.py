"""Rounds: who takes a step for which events."""

from __future__ import annotations

import asyncio

from contracts.storage_contract import RESOURCE, put

from emulator.apiserver.endpoints.crowd import Crowd, Place
from emulator.apiserver.storage.memory import MemoryStorage


class Follower:
    """Notes the names that it is shown."""

    def __init__(self, namespace: str = "", name: str = "", then=lambda: None) -> None:
        self.place = Place(namespace, name)
        self.steps = []
        self.behind = []
        self._then = then

    def step(self, news) -> None:
        self.steps.append([event.stored.key.name for event in news.events])
        self._then()

    def fall_behind(self, position: int) -> None:
        self.behind.append(position)


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_who_looks_elsewhere_takes_no_step():
    """A round is for those whom its events may concern, whatever number of others there is."""

    async def run() -> None:
        storage = MemoryStorage()
        crowd = Crowd(storage, RESOURCE)
        followers = [Follower(), Follower("one"), Follower("two"), Follower("one", "a"), Follower("", "b")]
        for follower in followers:
            crowd.join(follower)
        put(storage, "a", namespace="one")
        put(storage, "c", namespace="one")
        await settled()
        put(storage, "b", namespace="two")
        await settled()
        assert [follower.steps for follower in followers] == [
            [["a", "c"], ["b"]],
            [["a", "c"]],
            [["b"]],
            [["a", "c"]],
            [["b"]],
        ]
        for follower in followers:
            crowd.leave(follower)

    asyncio.run(run())


def test_who_left_in_the_middle_of_a_round_takes_no_step():
    """Leaving takes effect at once: the next follower's step may end a watch."""

    async def run() -> None:
        storage = MemoryStorage()
        crowd = Crowd(storage, RESOURCE)
        second = Follower()
        first = Follower(then=lambda: crowd.leave(second))
        for follower in (first, second):
            crowd.join(follower)
        put(storage, "a")
        await settled()
        assert (first.steps, second.steps) == ([["a"]], [])
        crowd.leave(first)

    asyncio.run(run())


def test_a_log_that_forgot_leaves_everybody_behind():
    """Who looks elsewhere, too: nobody knows whom the forgotten events concern."""

    async def run() -> None:
        storage = MemoryStorage()
        crowd = Crowd(storage, RESOURCE)
        followers = [Follower(), Follower("elsewhere")]
        for follower in followers:
            crowd.join(follower)
        put(storage, "a")
        put(storage, "b")
        storage.compact(storage.revision)
        await settled()
        assert [(follower.steps, follower.behind) for follower in followers] == [([], [0]), ([], [0])]
        put(storage, "c")
        await settled()
        assert followers[0].steps == [["c"]]
        for follower in followers:
            crowd.leave(follower)

    asyncio.run(run())
