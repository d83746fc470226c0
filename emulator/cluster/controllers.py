"""The controllers of a bare API server, wired to their watches, started and stopped together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.registry.namespaces import ROOT_CA
from emulator.cluster.account_secrets import SECRETS, SELECTION, AccountSecrets
from emulator.cluster.garbage import Garbage
from emulator.cluster.namespaces import ACCOUNTS, Namespaces
from emulator.cluster.quotas import QUOTAS, Quotas
from emulator.cluster.roles import CLUSTER_ROLES, Roles
from emulator.cluster.signing import REQUESTS, Signing
from emulator.michelangelo.client import Access, KubeClient, Object, Resource
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


async def absent(client: KubeClient) -> bool:
    """Whether nobody but an earlier plane of ours has done a cluster's own work there. Raises ApiError."""
    given = await client.find(CONFIG_MAPS, "default", ROOT_CA)
    if given is None:
        return True
    managers = {item.get("manager") for item in given["metadata"].get("managedFields") or ()}
    return managers == {USER_AGENT.partition("/")[0]}


class ClusterControllers:
    """Namespaces, garbage and aggregated roles of one API server, between ``start`` and ``stop``.

    With the server's authority certificates as well, and with its *key* (that it believes ServiceAccounts' tokens by) token Secrets.
    """

    def __init__(self, access: Access, authority: Authority | None, key: rsa.RSAPrivateKey | None = None) -> None:
        self._client = KubeClient(access, USER_AGENT)
        timers = Timers(lambda: datetime.now(UTC))
        self._namespaces = Controller(
            "namespaces", Namespaces(self._client, access.authority_pem or b"").reconcile, REQUEUE, timers
        )
        self._roles = Controller("clusterroles", Roles(self._client).reconcile, REQUEUE, timers)
        self._requests = None
        if authority is not None:
            self._requests = Controller("requests", Signing(self._client, authority).reconcile, REQUEUE, timers)
        self._secrets = None
        if key is not None:
            secrets = AccountSecrets(self._client, key, access.authority_pem or b"")
            self._secrets = Controller("secrets", secrets.reconcile, REQUEUE, timers)
        self._garbage = Garbage(self._client)
        self._garbage.controller = Controller("garbage", self._garbage.reconcile, REQUEUE, timers, workers=20)
        self._quotas = Controller("resourcequotas", Quotas(self._client).reconcile, REQUEUE, timers)
        self._garbage.listeners.append(self._quotas.touch)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to watch."""
        work = [
            self._follow(NAMESPACES, self._by_name),
            self._follow(ACCOUNTS, self._by_namespace, "default"),
            self._follow(CONFIG_MAPS, self._by_namespace, ROOT_CA),
            self._follow(CLUSTER_ROLES, lambda _: self._roles.enqueue(ALL)),
            self._follow_all(QUOTAS, self._quotas),
            self._garbage.run(),
        ]
        if self._requests is not None:
            work.append(self._follow(REQUESTS, self._requests.enqueue))
        if self._secrets is not None:
            work += [self._follow_all(SECRETS, self._secrets, SELECTION), self._follow_accounts(self._secrets)]
        self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        optional = (self._requests, self._secrets, self._garbage.controller)
        for controller in (self._namespaces, self._roles, self._quotas, *optional):
            if controller is not None:
                controller.stop()
        await self._client.close()

    def _by_name(self, key: Key) -> None:
        self._namespaces.enqueue(Key("", key.name))

    def _by_namespace(self, key: Key) -> None:
        self._namespaces.enqueue(Key("", key.namespace))

    async def _follow_all(
        self, resource: Resource, controller: Controller, selection: Mapping[str, str] | None = None
    ) -> None:
        """Keep a controller in step with a resource whose keys are its own."""
        async for sort, obj in self._client.follow(resource, params=selection):
            if sort == "SYNC":
                controller.seen(_key(item) for item in obj["items"])
            else:
                controller.changed(_key(obj), there=sort != "DELETED")

    async def _follow_accounts(self, secrets: Controller) -> None:
        async for sort, obj in self._client.follow(ACCOUNTS, metadata=True):
            if sort == "DELETED":
                secrets.touch(obj["metadata"]["namespace"])

    async def _follow(self, resource: Resource, tell: Callable[[Key], None], name: str = "") -> None:
        """Tell of every object of a resource (of one name, if given), and whenever it changes."""
        selection = {"fieldSelector": f"metadata.name={name}"} if name else {}
        async for sort, obj in self._client.follow(resource, params=selection):
            for item in obj["items"] if sort == "SYNC" else (obj,):
                tell(_key(item))


def _key(obj: Object) -> Key:
    return Key(obj["metadata"].get("namespace") or "", obj["metadata"]["name"])
