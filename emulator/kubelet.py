"""A plane's node: what its kubelet asks of the API server, over the same client as the platform's, and who answers for its Pods."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx

from emulator.config import Config
from emulator.michelangelo.client import Access, ApiError, KubeClient, Resource
from emulator.node import limits
from emulator.node.identity import Keys, StoreAccess
from emulator.node.kubelet import Kubelet, NodeConfig
from emulator.objectstore.interface import ObjectStore

Object = dict[str, Any]
USER_AGENT = "kubelet/v1.36.0"
ATTEMPTS = 5
NODES, PODS, EVENTS = (Resource("", "v1", plural) for plural in ("nodes", "pods", "events"))
_log = logging.getLogger("michelangelo.controllers")


class ClusterClient:
    """The API server, as ``emulator.node.cluster`` has it."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client

    async def register(self, node: Object) -> None:
        """Have the Node, with its status. Raises ApiError."""
        name = node["metadata"]["name"]
        there = await self._client.find(NODES, "", name) or await self._client.create(NODES, node)
        await self._client.update(NODES, {**there, "status": node["status"]}, "status")

    def pods(self) -> AsyncIterator[tuple[str, Object]]:
        """Every Pod, then every event."""
        return self._client.follow(PODS)

    async def bind(self, pod: Object, node: str) -> bool:
        """Post a Binding."""
        meta = pod["metadata"]
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"]},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        }
        try:
            await self._client.request("POST", PODS.path(meta["namespace"], meta["name"], "binding"), binding)
        except ApiError as error:
            _log.info("Pod %s/%s: not bound: %s", meta["namespace"], meta["name"], error)
            return False
        return True

    async def put_status(self, pod: Object, status: Object) -> None:
        """Write a Pod's status upon its newest version."""
        meta = pod["metadata"]
        for _ in range(ATTEMPTS):
            newest = await self._client.find(PODS, meta["namespace"], meta["name"])
            if newest is None or newest["metadata"]["uid"] != meta["uid"]:
                return
            try:
                await self._client.update(PODS, {**newest, "status": status}, "status")
                return
            except ApiError as error:
                if error.code == 404:
                    return
                if error.reason != "Conflict":
                    raise

    async def remove(self, pod: Object) -> None:
        """Delete a Pod without grace, if it is still the same."""
        meta = pod["metadata"]
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}}
        try:
            await self._client.request("DELETE", PODS.path(meta["namespace"], meta["name"]), options)
        except ApiError as error:
            if error.code not in (404, 409):
                raise

    async def record(self, event: Object) -> None:
        """Create an Event."""
        try:
            await self._client.create(EVENTS, event)
        except (ApiError, httpx.TransportError) as error:
            _log.info("Event %s: %s", event["reason"], error)

    async def find(self, plural: str, namespace: str, name: str) -> Object | None:
        """An object of the core group. Raises ApiError."""
        return await self._client.find(Resource("", "v1", plural), namespace, name)


class PlaneNode:
    """The node of one plane, between ``start`` and ``stop``."""

    def __init__(
        self,
        access: Access,
        store: ObjectStore,
        config: Config,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._client = KubeClient(access, USER_AGENT)
        keys = {
            name: Keys(each.access_key_id, each.secret_access_key, each.session_token)
            for name, each in store.identities.items()
        }
        reached = StoreAccess(store.endpoint_url, store.region, config.models_bucket, keys)
        self.kubelet = Kubelet(
            NodeConfig(ClusterClient(self._client), reached, now, sleep, limits=limits.parse(config.pod_limits))
        )

    async def start(self) -> None:
        """Register the node. Raises ApiError, httpx.TransportError."""
        await self.kubelet.start()

    async def stop(self) -> None:
        """End every Pod's processes."""
        await self.kubelet.stop()
        await self._client.close()
