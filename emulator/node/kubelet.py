"""The node: its Node object, and a worker for each Pod that is bound to it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import platform
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.node.cluster import Cluster
from emulator.node.events import KUBELET, SCHEDULER, Recorder
from emulator.node.identity import StoreAccess
from emulator.node.limits import Limits
from emulator.node.node_object import NAME, node_object
from emulator.node.pod_worker import PodWorker
from emulator.node.scheduler import RETRY_SECONDS, Scheduler
from emulator.node.streams import NodeStreams
from emulator.node.tools import Tools

Object = dict[str, Any]
Key = tuple[str, str]
_log = logging.getLogger("michelangelo.controllers")


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """What a node stands on."""

    cluster: Cluster
    store: StoreAccess
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]  # by the plane's clock
    version: str = "v1.36.0"
    limits: Limits = field(default_factory=Limits)


class Kubelet:
    """Runs Pods between ``start`` and ``stop``."""

    def __init__(self, config: NodeConfig) -> None:
        self._config = config
        self._workers: dict[Key, PodWorker] = {}
        self._waiting: dict[Key, Object] = {}  # Pods that are to be placed, as they are now
        self._tasks: set[asyncio.Task[None]] = set()
        self._addresses = (f"10.244.{number // 250}.{number % 250 + 2}" for number in itertools.count())
        recorder = Recorder(config.cluster, KUBELET, NAME, config.now)
        self._tools = Tools(config.cluster, recorder, config.store, config.limits, config.now, config.sleep)
        scheduling = Recorder(config.cluster, SCHEDULER, "", config.now)
        self._scheduler = Scheduler(config.cluster, scheduling, NAME, self._crowd, config.now)
        self.streams = NodeStreams(NAME, self.worker, config.limits, config.now)

    async def start(self) -> None:
        """Register the node, and look after Pods from now on."""
        machine = platform.machine()
        await self._config.cluster.register(node_object(self._config.now(), self._config.version, machine))
        self._spawn(self._follow())

    async def stop(self) -> None:
        """End every process."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.stop(0.0) for worker in self._workers.values()), return_exceptions=True)

    def worker(self, namespace: str, name: str) -> PodWorker | None:
        """Who runs a Pod, if it is ours."""
        return self._workers.get((namespace, name))

    async def _follow(self) -> None:
        async for sort, obj in self._config.cluster.pods():
            if sort == "SYNC":
                there = {_key(pod) for pod in obj["items"]}
                for key in (set(self._workers) | set(self._waiting)) - there:
                    self._forget(key)
                for pod in obj["items"]:
                    self._see(pod)
            elif sort == "DELETED":
                self._forget(_key(obj))
            else:
                self._see(obj)

    def _see(self, pod: Object) -> None:
        """A Pod as it is now."""
        key, uid = _key(pod), pod["metadata"]["uid"]
        if self._scheduler.wants(pod):
            if key not in self._waiting:
                self._spawn(self._place(key))
            self._waiting[key] = pod
            return
        self._waiting.pop(key, None)
        if pod["spec"].get("nodeName") != NAME:
            return
        worker = self._workers.get(key)
        if worker is not None and worker.uid != uid:
            self._forget(key)
            worker = None
        if pod["metadata"].get("deletionTimestamp"):
            self._spawn(self._end(pod, worker))
        elif worker is not None:
            worker.update(pod)
        elif (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed"):
            self._workers[key] = PodWorker(pod, self._tools, next(self._addresses))

    async def _place(self, key: Key) -> None:
        """Place a Pod, again and again while it fits nowhere."""
        await asyncio.sleep(0)  # until it is noted
        while (pod := self._waiting.get(key)) is not None and not await self._scheduler.place(pod):
            await self._config.sleep(RETRY_SECONDS)

    def _crowd(self) -> int:
        """How many Pods run here."""
        return sum(not worker.over for worker in self._workers.values())

    async def _end(self, pod: Object, worker: PodWorker | None) -> None:
        """Stop a Pod that is being deleted, then let it go."""
        if worker is not None:
            worker.update(pod)
            await worker.stop(worker.grace())
        await self._config.cluster.remove(pod)

    def _forget(self, key: Key) -> None:
        self._waiting.pop(key, None)
        worker = self._workers.pop(key, None)
        if worker is not None:
            self._spawn(worker.stop(0.0))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # one that is cancelled before it begins never awaits it

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            _log.exception("node")


def _key(pod: Object) -> Key:
    return pod["metadata"]["namespace"], pod["metadata"]["name"]
