"""The garbage collector as a client: dependents follow their owners (k8s.io/kubernetes/pkg/controller/garbagecollector).

One watch of metadata per resource keeps a graph; before anything is deleted the API server is asked whether the owners are really gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import httpx

from emulator.cluster import discovery
from emulator.cluster.graph import Graph, Node
from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.controllers.controller import Controller, Key, Verdict
from emulator.michelangelo.resources import DEFINITIONS

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"
WATCHED = frozenset({"delete", "list", "watch"})
RESYNC_SECONDS = 30.0
# After a definition changed, until what it serves is looked for: discovery follows when it can.
SETTLE_SECONDS = (0.2, 2.0, 5.0)
_AGAIN = Verdict(changed=False, satisfied=False)


class Garbage:
    """Follows every resource. Its controller's keys are uids."""

    def __init__(self, client: KubeClient) -> None:
        self.controller: Controller | None = None
        self.listeners: list[Callable[[str], None]] = []  # told the namespace of whatever changes
        self._client = client
        self._graph = Graph()
        self._resources: dict[tuple[str, str], discovery.Served] = {}  # by group and kind
        self._watches: dict[Resource, asyncio.Task[None]] = {}
        self._stale = asyncio.Event()

    async def run(self) -> None:
        """Keep a watch on whatever is served, until cancelled."""
        waits: list[float] = []
        try:
            while True:
                self._stale.clear()
                with suppress(ApiError, httpx.TransportError):
                    self._keep(await discovery.served(self._client))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stale.wait(), waits.pop(0) if waits else RESYNC_SECONDS)
                    waits = list(SETTLE_SECONDS)
                    await asyncio.sleep(waits.pop(0))
        finally:
            for task in self._watches.values():
                task.cancel()
            await asyncio.gather(*self._watches.values(), return_exceptions=True)

    def _keep(self, served: list[discovery.Served]) -> None:
        """Start watches of what is new, end those of what has gone."""
        self._resources = {(item.resource.group, item.kind): item for item in served}
        wanted = {item.resource for item in served if item.verbs >= WATCHED and item.resource.plural != "events"}
        for resource in wanted - self._watches.keys():
            self._watches[resource] = asyncio.create_task(self._follow(resource))
        for resource in self._watches.keys() - wanted:
            self._watches.pop(resource).cancel()
            self._enqueue(self._graph.replace(resource, ()))

    async def _follow(self, resource: Resource) -> None:
        async for sort, obj in self._client.follow(resource, metadata=True):
            if resource == DEFINITIONS:
                self._stale.set()
            nodes = [Node.of(resource, item) for item in (obj["items"] if sort == "SYNC" else (obj,))]
            for namespace in {node.namespace for node in nodes}:
                for tell in self.listeners:
                    tell(namespace)
            if sort == "SYNC":
                self._enqueue(self._graph.replace(resource, nodes))
            else:
                self._enqueue(self._graph.drop(nodes[0].uid) if sort == "DELETED" else self._graph.put(nodes[0]))

    def _enqueue(self, uids: set[str]) -> None:
        assert self.controller is not None, "wired"
        for uid in sorted(uids):
            self.controller.enqueue(Key("", uid))

    # One pass

    async def reconcile(self, key: Key) -> Verdict | None:
        """Look at one object. Raises ApiError."""
        node = self._graph.get(key.name)
        if node is None:
            return None
        if node.deleting:
            await self._going(node)
            return None
        return await self._dependent(node) if node.owners else None

    async def _going(self, node: Node) -> None:
        """Work off the finalizers of an owner that is being deleted."""
        dependents = self._graph.dependents(node.uid)
        if ORPHAN in node.finalizers:
            for dependent in dependents:
                await self._disown(dependent, {node.uid})
            await self._unfinalize(node, ORPHAN)
        elif FOREGROUND in node.finalizers:
            waiting = [dependent for dependent in dependents if dependent.blocks(node.uid)]
            for dependent in dependents:
                if not dependent.deleting:
                    self._enqueue({dependent.uid})
            if not waiting:
                await self._unfinalize(node, FOREGROUND)

    async def _dependent(self, node: Node) -> Verdict | None:
        """Delete an object whose owners are gone, or wait for it in the foreground."""
        obj = await self._fetch(node)
        if obj is None or obj["metadata"].get("deletionTimestamp"):
            return None
        references = obj["metadata"].get("ownerReferences") or ()
        gone, waiting, unseen = set(), set(), False
        for reference in references:
            state = await self._state(reference, node.namespace)
            if state is None:
                return _AGAIN  # a kind that nobody serves: nothing can be known
            if state == "gone":
                gone.add(reference["uid"])
            elif state == "waiting":
                waiting.add(reference["uid"])
            elif self._graph.get(str(reference["uid"])) is None:
                unseen = True  # its watch has not begun: nobody would tell that it goes
        if len(gone | waiting) < len(references):
            if gone or waiting:
                await self._disown(node, gone | waiting)
        elif references:
            policy = "Orphan" if ORPHAN in node.finalizers else "Background"
            if waiting and self._graph.dependents(node.uid):
                policy = "Foreground"
            await self._delete(obj, node, policy)
        return _AGAIN if unseen else None

    async def _state(self, reference: Object, namespace: str) -> str | None:
        """Of an owner: lives, gone, or waiting for its dependents; None when its kind is not served."""
        group, _, _version = str(reference.get("apiVersion") or "").rpartition("/")
        served = self._resources.get((group, str(reference.get("kind"))))
        if served is None:
            return None
        path = served.resource.path(namespace if served.namespaced else "", str(reference.get("name")))
        try:
            owner = await self._client.request("GET", path)
        except ApiError as error:
            if error.code == 404:
                return "gone"
            raise
        meta = owner["metadata"]
        if meta["uid"] != reference.get("uid"):
            return "gone"
        return "waiting" if meta.get("deletionTimestamp") and FOREGROUND in (meta.get("finalizers") or ()) else "lives"

    # Writes, each of the version that was looked at

    async def _disown(self, node: Node, owners: set[str]) -> None:
        obj = await self._fetch(node)
        if obj is None:
            return
        kept = [item for item in obj["metadata"].get("ownerReferences") or () if item["uid"] not in owners]
        await self._patch(obj, node, {"ownerReferences": kept or None})

    async def _unfinalize(self, node: Node, finalizer: str) -> None:
        obj = await self._fetch(node)
        if obj is None:
            return
        kept = [item for item in obj["metadata"].get("finalizers") or () if item != finalizer]
        await self._patch(obj, node, {"finalizers": kept or None})

    async def _patch(self, obj: Object, node: Node, change: Object) -> None:
        meta = {"uid": node.uid, "resourceVersion": obj["metadata"]["resourceVersion"], **change}
        try:
            await self._client.merge(node.resource, node.namespace, node.name, {"metadata": meta})
        except ApiError as error:
            if error.code != 404:
                raise

    async def _delete(self, obj: Object, node: Node, policy: str) -> None:
        preconditions = {"uid": node.uid, "resourceVersion": obj["metadata"]["resourceVersion"]}
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": policy}
        path = node.resource.path(node.namespace, node.name)
        try:
            await self._client.request("DELETE", path, {**options, "preconditions": preconditions})
        except ApiError as error:
            if error.code != 404:
                raise

    async def _fetch(self, node: Node) -> Object | None:
        """The object now; None when it has gone, or another has its name."""
        obj = await self._client.find(node.resource, node.namespace, node.name)
        return obj if obj is not None and obj["metadata"]["uid"] == node.uid else None
