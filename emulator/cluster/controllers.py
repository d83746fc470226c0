"""The controllers of a bare API server, wired to their watches, started and stopped together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.registry.namespaces import ROOT_CA
from emulator.cluster.garbage import Garbage
from emulator.cluster.namespaces import ACCOUNTS, Namespaces
from emulator.cluster.roles import CLUSTER_ROLES, Roles
from emulator.cluster.signing import REQUESTS, Signing
from emulator.michelangelo.client import Access, KubeClient, Resource
from emulator.michelangelo.controllers.controller import Controller, Key
from emulator.michelangelo.controllers.timings import Requeue
from emulator.michelangelo.resources import CONFIG_MAPS, NAMESPACES
from emulator.michelangelo.timers import Timers

USER_AGENT = "michelangelo-clustercontrollers/0.1"
REQUEUE = Requeue(first=0.1, last=5.0, steady=600.0)
ALL = Key("", "")


async def filled(client: KubeClient) -> bool:
    """Whether a cluster's controllers, whosever they are, have done what people count on. Raises ApiError."""
    return bool(
        await client.find(ACCOUNTS, "default", "default")
        and await client.find(CONFIG_MAPS, "default", ROOT_CA)
        and ((await client.find(CLUSTER_ROLES, "", "admin")) or {}).get("rules")
    )


class ClusterControllers:
    """Namespaces, garbage, aggregated roles and certificates of one API server, between ``start`` and ``stop``."""

    def __init__(self, access: Access, authority: Authority) -> None:
        self._client = KubeClient(access, USER_AGENT)
        timers = Timers(lambda: datetime.now(UTC))
        self._namespaces = Controller(
            "namespaces", Namespaces(self._client, authority.certificate_pem).reconcile, REQUEUE, timers
        )
        self._roles = Controller("clusterroles", Roles(self._client).reconcile, REQUEUE, timers)
        self._requests = Controller("requests", Signing(self._client, authority).reconcile, REQUEUE, timers)
        self._garbage = Garbage(self._client)
        self._garbage.controller = Controller("garbage", self._garbage.reconcile, REQUEUE, timers, workers=20)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to watch."""
        self._tasks = [
            asyncio.create_task(work)
            for work in (
                self._follow(NAMESPACES, self._by_name),
                self._follow(ACCOUNTS, self._by_namespace, "default"),
                self._follow(CONFIG_MAPS, self._by_namespace, ROOT_CA),
                self._follow(CLUSTER_ROLES, lambda _: self._roles.enqueue(ALL)),
                self._follow(REQUESTS, lambda key: self._requests.enqueue(key)),
                self._garbage.run(),
            )
        ]

    async def stop(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for controller in (self._namespaces, self._roles, self._requests, self._garbage.controller):
            if controller is not None:
                controller.stop()
        await self._client.close()

    def _by_name(self, key: Key) -> None:
        self._namespaces.enqueue(Key("", key.name))

    def _by_namespace(self, key: Key) -> None:
        self._namespaces.enqueue(Key("", key.namespace))

    async def _follow(self, resource: Resource, tell: Callable[[Key], None], name: str = "") -> None:
        """Tell of every object of a resource (of one name, if given), and whenever it changes."""
        selection = {"fieldSelector": f"metadata.name={name}"} if name else {}
        async for sort, obj in self._client.follow(resource, params=selection):
            for item in obj["items"] if sort == "SYNC" else (obj,):
                tell(Key(item["metadata"].get("namespace") or "", item["metadata"]["name"]))
