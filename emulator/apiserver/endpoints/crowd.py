"""Everybody who watches a resource, served in rounds.

Theory of operation. One task per watched resource waits for its log to grow, then lets each follower take its step: look up what
is new, and write it straight to its connection. Followers alike (same form, same selection, same position) share the encoded
bytes. A round over many followers is cut into slices, between which other requests get their turn; what is written meanwhile
comes with the next round, so that a busy log makes larger rounds and not more of them. A follower that cannot be written to at once
(a slow client, a wrapped ``send``) says so, and goes on in its own task.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from emulator.apiserver.storage.interface import Storage

SLICE = 50  # followers served between two looks at the network


class Follower(Protocol):
    """A watch, as its crowd sees it."""

    def step(self) -> None:
        """Send what is new. Does not wait, does not raise."""
        ...


class Crowd:
    """The followers of one resource."""

    def __init__(self, storage: Storage, resource: str) -> None:
        self._storage, self._resource = storage, resource
        self._followers: dict[Follower, None] = {}
        self._rounds: asyncio.Task[None] | None = None
        self.frames: dict[object, bytes] = {}  # of this round, by who shares them

    def join(self, follower: Follower) -> None:
        """Step with every round from now on; what came before joining is the follower's own."""
        self._followers[follower] = None
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.ensure_future(self._serve(self._storage.changed(self._resource)))

    def leave(self, follower: Follower) -> None:
        """Step no more."""
        self._followers.pop(follower, None)
        if not self._followers and self._rounds is not None:
            self._rounds.cancel()
            self._rounds = None

    async def _serve(self, seen: int) -> None:
        while True:
            await self._storage.wait(self._resource, seen)
            seen = self._storage.changed(self._resource)
            self.frames.clear()
            for number, follower in enumerate(list(self._followers), 1):
                if follower in self._followers:
                    follower.step()
                if number % SLICE == 0:
                    await asyncio.sleep(0)


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
