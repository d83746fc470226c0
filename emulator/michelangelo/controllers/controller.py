"""Runs a reconciler: a queue of keys filled by watches, one pass at a time per key, and passes that come by themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import httpx

from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.controllers.timings import Requeue
from emulator.michelangelo.resources import UPDATED_LABEL
from emulator.michelangelo.timers import Timer, Timers

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
"""One pass over an object, there or gone; None when there is nothing to do until it changes."""


class Controller:
    """Reconciles the objects of one resource."""

    def __init__(self, name: str, reconcile: Reconcile, requeue: Requeue, timers: Timers, workers: int = 10) -> None:
        self._name = name
        self._reconcile = reconcile
        self._requeue = requeue
        self._all_timers = timers
        self._workers = asyncio.Semaphore(workers)
        self._known: set[Key] = set()
        self._wanted: set[Key] = set()
        self._busy: set[Key] = set()
        self._waits: dict[Key, float] = {}
        self._timers: dict[Key, Timer] = {}
        self._passes: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """End its passes, and make no more."""
        for timer in self._timers.values():
            self._all_timers.cancel(timer)
        for task in self._passes:
            task.cancel()

    async def quiet(self) -> None:
        """Return when no pass is under way."""
        while self._passes:
            await asyncio.wait(self._passes)

    def seen(self, keys: Iterable[Key]) -> None:
        """All objects that there are: a pass over each, and over those that went unseen."""
        present = set(keys)
        for key in present | self._known:
            self.enqueue(key)
        self._known = present

    def changed(self, key: Key, *, there: bool) -> None:
        """An object changed, or went: a pass over it."""
        (self._known.add if there else self._known.discard)(key)
        self.enqueue(key)

    def touch(self, namespace: str, name: str = "") -> None:
        """Something that objects here depend on changed: a pass over one of them, or all of a namespace."""
        for key in sorted(self._known):
            if key.namespace == namespace and name in ("", key.name):
                self.enqueue(key)

    def enqueue(self, key: Key) -> None:
        """Have a pass made over an object soon; again, when one is under way."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            self._all_timers.cancel(timer)
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
            async with self._workers:
                verdict = await self._reconcile(key)
        except (ApiError, httpx.TransportError, TimeoutError) as error:
            _log.warning("%s %s/%s: %s", self._name, key.namespace, key.name, error)
        except Exception:
            _log.exception("%s %s/%s", self._name, key.namespace, key.name)
        self._busy.discard(key)
        if key in self._wanted:
            self._wanted.discard(key)
            self.enqueue(key)
        elif verdict is not None:
            self._timers[key] = self._all_timers.after(self._wait(key, verdict), lambda: self._due(key))
        else:
            self._waits.pop(key, None)

    def _wait(self, key: Key, verdict: Verdict) -> float:
        """Seconds to the next pass: longer and longer while nothing changes."""
        if verdict.satisfied:
            self._waits.pop(key, None)
            return self._requeue.steady
        first, last = self._requeue.first, self._requeue.last
        wait = first if verdict.changed else min(2 * self._waits.get(key, first / 2), last)
        self._waits[key] = wait
        return wait

    def _due(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.enqueue(key)


Listener = Callable[[Key], None]


class Source:
    """One watch, and who hears of it: controllers of its objects, and listeners that know who depends on them."""

    def __init__(
        self,
        client: KubeClient,
        resource: Resource,
        controllers: Iterable[Controller],
        listeners: Iterable[Listener] = (),
    ) -> None:
        self._client = client
        self._resource = resource
        self._controllers = list(controllers)
        self._listeners = list(listeners)

    async def run(self) -> None:
        """Watch until cancelled."""
        async for sort, obj in self._client.follow(self._resource):
            if sort == "SYNC":
                keys = [_key(item) for item in obj["items"]]
                for controller in self._controllers:
                    controller.seen(keys)
            else:
                keys = [_key(obj)]
                for controller in self._controllers:
                    controller.changed(keys[0], there=sort != "DELETED")
            for listener in self._listeners:
                for key in keys:
                    listener(key)


def _key(obj: Object) -> Key:
    return Key(obj["metadata"].get("namespace") or "", obj["metadata"]["name"])


async def put_status(
    client: KubeClient, resource: Resource, obj: Object, status: Object, now: datetime | None = None
) -> bool:
    """Write a status where it differs; whether it did. A version that has moved on is left to the next pass.

    With *now*, the label that says when an object was updated moves too, as with every write of the platform's. Raises ApiError.
    """
    if (obj.get("status") or {}) == status:
        return False
    try:
        if now is not None:
            meta = obj["metadata"]
            labels = {UPDATED_LABEL: str(int(now.timestamp() * 1_000_000))}
            patch = {"metadata": {"resourceVersion": meta["resourceVersion"], "labels": labels}}
            obj = await client.merge(resource, meta["namespace"], meta["name"], patch)
        await client.update(resource, {**obj, "status": status}, "status")
    except ApiError as error:
        if error.reason != "Conflict":
            raise
    return True
