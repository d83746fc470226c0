"""What a node asks of the API server that it belongs to. A plane gives it one; the node knows no HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

Object = dict[str, Any]


class Cluster(Protocol):
    """The API server, as a kubelet and a scheduler see it."""

    async def register(self, node: Object) -> None:
        """Have a Node object, with its status."""
        ...

    def pods(self) -> AsyncIterator[tuple[str, Object]]:
        """Every Pod there is (as ``SYNC`` with a list's items), then every event, for ever."""
        ...

    async def bind(self, pod: Object, node: str) -> bool:
        """Put a Pod onto a node; False when it is gone or somebody else did."""
        ...

    async def put_status(self, pod: Object, status: Object) -> None:
        """Write a Pod's status, unless the Pod is gone."""
        ...

    async def remove(self, pod: Object) -> None:
        """Delete a Pod at once, unless it is gone already."""
        ...

    async def record(self, event: Object) -> None:
        """Leave an Event. A courtesy: that it cannot be written changes nothing."""
        ...

    async def find(self, plural: str, namespace: str, name: str) -> Object | None:
        """An object of the core group (ConfigMap, Secret, ServiceAccount, Node), or None."""
        ...
