"""Everybody who watches a resource, served in rounds.

Theory of operation. One task per watched resource waits for its log to grow, then lets each follower whom the new events may
concern take its step: write what is new straight to its connection. Followers are kept by the place that they look at, so that
who watches one object or one namespace costs nothing while others are written to; followers alike (same form, same selection)
share the encoded bytes. A round over many followers is cut into slices, between which other requests get their turn; what is
written meanwhile comes with the next round, so that a busy log makes larger rounds and not more of them. A follower that cannot
be written to at once (a slow client, a wrapped ``send``) falls behind, and goes on in its own task.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from emulator.apiserver.storage.interface import CompactedError, Event, Storage

SLICE_SECONDS = 0.001  # between two looks at the network
PART_BYTES = 1 << 18


class Place(NamedTuple):
    """Where the objects are that a follower may see: a namespace and a name, each empty for any."""

    namespace: str = ""
    name: str = ""


@dataclass(slots=True)
class News:
    """The events of one round: all there are after one revision, up to another."""

    after: int
    until: int
    events: Sequence[Event]
    chunks: dict[object, bytes] = field(default_factory=dict)  # what is sent of them, by who shares it


def part(events: Sequence[Event]) -> Sequence[Event]:
    """As many of the first events as are sent at once: a connection's buffer is looked at in between."""
    size = 0
    for number, event in enumerate(events, 1):
        size += len(event.stored.data)
        if size >= PART_BYTES:
            return events[:number]
    return events


class Follower(Protocol):
    """A watch, as its crowd sees it."""

    @property
    def place(self) -> Place:
        """Where it looks; does not change."""
        ...

    def step(self, news: News) -> None:
        """Send what is new. Does not wait, does not raise."""
        ...

    def fall_behind(self, position: int) -> None:
        """Go on by itself, with what came after *position*."""
        ...


class Crowd:
    """The followers of one resource."""

    def __init__(self, storage: Storage, resource: str) -> None:
        self._storage, self._resource = storage, resource
        self._places: dict[tuple[str, str], dict[Follower, None]] = {}
        self._rounds: asyncio.Task[None] | None = None
        self.position = 0  # what came until then, every follower that is not behind was sent

    def join(self, follower: Follower) -> None:
        """Step with every round from now on; what came before joining is the follower's own."""
        self._places.setdefault(follower.place, {})[follower] = None
        if self._rounds is None or self._rounds.done():
            self.position = self._storage.changed(self._resource)
            self._rounds = asyncio.ensure_future(self._serve())

    def leave(self, follower: Follower) -> None:
        """Step no more."""
        there = self._places.get(follower.place, {})
        there.pop(follower, None)
        if not there:
            self._places.pop(follower.place, None)
        if not self._places and self._rounds is not None:
            self._rounds.cancel()
            self._rounds = None

    async def _serve(self) -> None:
        while True:
            await self._storage.wait(self._resource, self.position)
            await self._round()

    async def _round(self) -> None:
        after, until = self.position, self._storage.changed(self._resource)
        try:
            events = self._storage.events(self._resource, after)
        except CompactedError:  # each is told so by itself
            for follower in [follower for there in self._places.values() for follower in there]:
                follower.fall_behind(after)
        else:
            some = part(events)
            if len(some) < len(events):
                until = some[-1].revision
            await self._step(News(after, until, some))
        self.position = until

    async def _step(self, news: News) -> None:
        turn = time.perf_counter()
        for follower in self._concerned(news.events):
            if follower in self._places.get(follower.place, ()):  # it may have left meanwhile
                follower.step(news)
            if time.perf_counter() - turn > SLICE_SECONDS:
                await asyncio.sleep(0)
                turn = time.perf_counter()

    def _concerned(self, events: Iterable[Event]) -> list[Follower]:
        """Who may see one of some events."""
        places: dict[tuple[str, str], None] = {Place(): None}
        for namespace, name in dict.fromkeys((event.stored.key.namespace, event.stored.key.name) for event in events):
            places |= {(namespace, name): None, (namespace, ""): None, ("", name): None}
        return [follower for place in places for follower in self._places.get(place, ())]


class Crowds:
    """The crowd of each resource of a server."""

    def __init__(self) -> None:
        self._crowds: dict[str, Crowd] = {}

    def of(self, storage: Storage, resource: str) -> Crowd:
        """The crowd that follows a resource."""
        crowd = self._crowds.get(resource)
        if crowd is None:
            crowd = self._crowds[resource] = Crowd(storage, resource)
        return crowd
