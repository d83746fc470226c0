"""Runs a reconciler: a queue of keys filled by watches, one pass at a time per key, and passes that come by themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

import httpx

from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.controllers.timings import Timings

_log = logging.getLogger("michelangelo.controllers")


class Key(NamedTuple):
    """An object's address."""

    namespace: str
    name: str


class Verdict(NamedTuple):
    """What a pass came to: whether it wrote anything, and whether it is where it should be."""

    changed: bool
    satisfied: bool


Reconcile = Callable[[Key], Awaitable[Verdict | None]]
"""One pass over an object; None when there is nothing to do until it changes."""


class Controller:
    """Reconciles the objects of one resource."""

    def __init__(self, client: KubeClient, resource: Resource, reconcile: Reconcile, timings: Timings) -> None:
        self._client = client
        self._resource = resource
        self._reconcile = reconcile
        self._timings = timings
        self._wanted: set[Key] = set()
        self._busy: set[Key] = set()
        self._waits: dict[Key, float] = {}
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._passes: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Watch and reconcile until cancelled."""
        try:
            async for sort, obj in self._client.follow(self._resource):
                for item in obj["items"] if sort == "SYNC" else [obj]:
                    key = Key(item["metadata"].get("namespace") or "", item["metadata"]["name"])
                    if sort == "DELETED":
                        self._forget(key)
                    self.enqueue(key)  # of a deleted object too: reconcilers let go of what they keep for it
        finally:
            for timer in self._timers.values():
                timer.cancel()
            for task in self._passes:
                task.cancel()

    def enqueue(self, key: Key) -> None:
        """Have a pass made over an object soon; again, when one is under way."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if key in self._busy:
            self._wanted.add(key)
            return
        self._busy.add(key)
        task = asyncio.create_task(self._pass(key))
        self._passes.add(task)
        task.add_done_callback(self._passes.discard)

    async def _pass(self, key: Key) -> None:
        verdict: Verdict | None = Verdict(changed=False, satisfied=False)
        try:
            verdict = await self._reconcile(key)
        except (ApiError, httpx.TransportError, TimeoutError) as error:
            _log.warning("%s %s/%s: %s", self._resource.plural, key.namespace, key.name, error)
        except Exception:
            _log.exception("%s %s/%s", self._resource.plural, key.namespace, key.name)
        self._busy.discard(key)
        if key in self._wanted:
            self._wanted.discard(key)
            self.enqueue(key)
        elif verdict is not None:
            self._again(key, self._wait(key, verdict))

    def _wait(self, key: Key, verdict: Verdict) -> float:
        """Seconds to the next pass: longer and longer while nothing changes."""
        if verdict.satisfied:
            self._waits.pop(key, None)
            return self._timings.steady_requeue
        first = self._timings.first_requeue
        wait = first if verdict.changed else min(2 * self._waits.get(key, first / 2), self._timings.last_requeue)
        self._waits[key] = wait
        return wait

    def _again(self, key: Key, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[key] = loop.call_later(seconds, self._due, key)

    def _due(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.enqueue(key)

    def _forget(self, key: Key) -> None:
        self._waits.pop(key, None)
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()


async def put_status(client: KubeClient, resource: Resource, obj: Object, status: Object) -> bool:
    """Write a status where it differs; whether it did. A version that has moved on is left to the next pass."""
    if (obj.get("status") or {}) == status:
        return False
    with suppress(ApiError):
        await client.update(resource, {**obj, "status": status}, "status")
    return True
