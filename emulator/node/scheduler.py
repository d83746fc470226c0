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
RETRY_SECONDS = 5.0
_NO_NODE = "no nodes available to schedule pods"
_FULL = "Too many pods"
_UNSCHEDULABLE = "node(s) were unschedulable"
_NO_MATCH = "node(s) didn't match Pod's node affinity/selector"
_UNHELPFUL = "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."


class Scheduler:
    """Binds Pods that ask for it by name, or for nobody."""

    def __init__(
        self, cluster: Cluster, recorder: Recorder, node: str, crowd: Callable[[], int], now: Callable[[], datetime]
    ) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self._node = node
        self._crowd = crowd  # how many Pods the node runs
        self._now = now

    def wants(self, pod: Object) -> bool:
        """Whether a Pod is for it to place."""
        spec, meta = pod["spec"], pod["metadata"]
        free = not spec.get("nodeName") and not meta.get("deletionTimestamp") and not spec.get("schedulingGates")
        return free and spec.get("schedulerName", NAME) == NAME

    async def place(self, pod: Object) -> bool:
        """Bind a Pod; False where it fits nowhere, which it is told. Raises what the API server answers."""
        why = await self._obstacle(pod)
        if why:
            await self._refuse(pod, why)
            return False
        if await self._cluster.bind(pod, self._node):
            meta = pod["metadata"]
            text = f"Successfully assigned {meta['namespace']}/{meta['name']} to {self._node}"
            await self._recorder.normal(pod, "Scheduled", text)
        return True

    async def _obstacle(self, pod: Object) -> str:
        """Why a Pod does not fit onto the node, in a scheduler's words; nothing when it does."""
        node = await self._cluster.find("nodes", "", self._node)
        if node is None:
            return _NO_NODE
        labels = node["metadata"].get("labels") or {}
        selector = pod["spec"].get("nodeSelector") or {}
        why = ""
        if node["spec"].get("unschedulable"):
            why = _UNSCHEDULABLE
        elif any(labels.get(name) != value for name, value in selector.items()):
            why = _NO_MATCH
        elif self._crowd() >= int(node["status"]["allocatable"]["pods"]):
            why = _FULL
        return f"0/1 nodes are available: 1 {why}. no new claims to deallocate, {_UNHELPFUL}" if why else ""

    async def _refuse(self, pod: Object, why: str) -> None:
        status = pod.get("status") or {}
        known = {item["type"]: item for item in status.get("conditions") or ()}.get("PodScheduled", {})
        if known.get("message") == why:
            return
        await self._recorder.warning(pod, "FailedScheduling", why)
        found = condition("PodScheduled", "False", "Unschedulable", why, known, self._now())
        await self._cluster.put_status(pod, with_condition(status, found))
