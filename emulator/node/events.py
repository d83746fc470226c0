"""Events of a scheduler and a kubelet, in their words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from emulator.node.cluster import Cluster
from emulator.node.status import stamp

Object = dict[str, Any]
SCHEDULER, KUBELET = "default-scheduler", "kubelet"


class Recorder:
    """Leaves the Events of one component."""

    def __init__(self, cluster: Cluster, component: str, host: str, now: Callable[[], datetime]) -> None:
        self._cluster = cluster
        self._component = component
        self._host = host
        self._now = now
        self._last = 0

    async def normal(
        self, pod: Object, reason: str, message: str, container: str = "", group: str = "containers"
    ) -> None:
        """All is well."""
        await self._record("Normal", pod, reason, message, f"spec.{group}{{{container}}}" if container else "")

    async def warning(
        self, pod: Object, reason: str, message: str, container: str = "", group: str = "containers"
    ) -> None:
        """Something is not."""
        await self._record("Warning", pod, reason, message, f"spec.{group}{{{container}}}" if container else "")

    async def _record(self, sort: str, pod: Object, reason: str, message: str, field_path: str) -> None:
        meta, now = pod["metadata"], stamp(self._now())
        about = {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": meta["name"],
            "namespace": meta["namespace"],
            "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"],
        }
        if field_path:
            about["fieldPath"] = field_path
        source = {"component": self._component} | ({"host": self._host} if self._host else {})
        await self._cluster.record(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": f"{meta['name']}.{self._suffix()}", "namespace": meta["namespace"]},
                "involvedObject": about,
                "reason": reason,
                "message": message[:1024],
                "type": sort,
                "firstTimestamp": now,
                "lastTimestamp": now,
                "count": 1,
                "source": source,
                "reportingComponent": self._component,
                "reportingInstance": self._host,
            }
        )

    def _suffix(self) -> str:
        """The instant in nanoseconds, as client-go names Events: lists, which are in order of names, show them in theirs."""
        self._last = max(self._last + 1, int(self._now().timestamp() * 1e9))
        return f"{self._last:x}"
