"""Puts Pods onto the one node that there is, or says why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from emulator.node.cluster import Cluster
from emulator.node.events import Recorder
from emulator.node.status import condition, with_condition

Object = dict[str, Any]
NAME = "default-scheduler"
_NO_MATCH = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."


class Scheduler:
    """Binds Pods that ask for it by name, or for nobody."""

    def __init__(
        self, cluster: Cluster, recorder: Recorder, node: str, labels: Object, now: Callable[[], datetime]
    ) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self._node = node
        self._labels = labels
        self._now = now

    def wants(self, pod: Object) -> bool:
        """Whether a Pod is for it to place."""
        spec, meta = pod["spec"], pod["metadata"]
        free = not spec.get("nodeName") and not meta.get("deletionTimestamp") and not spec.get("schedulingGates")
        return free and spec.get("schedulerName", NAME) == NAME

    async def place(self, pod: Object) -> None:
        """Bind a Pod, or note that it fits nowhere."""
        selector = pod["spec"].get("nodeSelector") or {}
        if any(self._labels.get(name) != value for name, value in selector.items()):
            await self._refuse(pod, _NO_MATCH)
            return
        if await self._cluster.bind(pod, self._node):
            meta = pod["metadata"]
            text = f"Successfully assigned {meta['namespace']}/{meta['name']} to {self._node}"
            await self._recorder.normal(pod, "Scheduled", text)

    async def _refuse(self, pod: Object, why: str) -> None:
        status = pod.get("status") or {}
        known = {item["type"]: item for item in status.get("conditions") or ()}.get("PodScheduled", {})
        if known.get("message") == why:
            return
        await self._recorder.warning(pod, "FailedScheduling", why)
        found = condition("PodScheduled", "False", "Unschedulable", why, known, self._now())
        await self._cluster.put_status(pod, with_condition(status, found))
