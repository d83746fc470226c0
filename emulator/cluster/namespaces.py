"""Namespaces as a kube-controller-manager keeps them: a new one is filled, one that is being deleted is emptied and let go.

(k8s.io/kubernetes/pkg/controller/{namespace,serviceaccount,certificates/rootcacertpublisher})
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

from emulator.apiserver.registry.namespaces import KUBERNETES, ROOT_CA, report, root_ca
from emulator.cluster import discovery
from emulator.michelangelo.client import METADATA_LIST, ApiError, KubeClient, Object, Resource
from emulator.michelangelo.controllers.controller import Key, Verdict
from emulator.michelangelo.resources import CONFIG_MAPS, NAMESPACES

ACCOUNTS = Resource("", "v1", "serviceaccounts")
PODS = Resource("", "v1", "pods")
AT_ONCE = 10
DELETION = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background", "gracePeriodSeconds": 0}


class Namespaces:
    """Reconciles namespaces. *authority*: the CA (PEM) that each is given to verify the API server with."""

    def __init__(self, client: KubeClient, authority: bytes) -> None:
        self._client = client
        self._authority = authority
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def reconcile(self, key: Key) -> Verdict | None:
        """One pass. Raises ApiError."""
        namespace = await self._client.find(NAMESPACES, "", key.name)
        if namespace is None:
            return None
        if not namespace["metadata"].get("deletionTimestamp"):
            await self._fill(key.name)
            return None
        if KUBERNETES not in (namespace["spec"].get("finalizers") or ()):
            return None
        return await self._empty(namespace)

    # A new one

    async def _fill(self, name: str) -> None:
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}}
        await self._add(ACCOUNTS, account)
        wanted = root_ca(self._authority)
        wanted["metadata"]["namespace"] = name
        if not await self._add(CONFIG_MAPS, wanted):
            there = await self._client.find(CONFIG_MAPS, name, ROOT_CA)
            if there is not None and there.get("data") != wanted["data"]:
                await self._client.update(CONFIG_MAPS, {**there, "data": wanted["data"]})

    async def _add(self, resource: Resource, obj: Object) -> bool:
        """Create it unless it is there; whether it was not."""
        try:
            await self._client.create(resource, obj)
        except ApiError as error:
            if error.code not in (403, 404, 409):  # there already; or the namespace has begun to go
                raise
            return False
        return True

    # One that goes

    async def _empty(self, namespace: Object) -> Verdict | None:
        name = namespace["metadata"]["name"]
        resources = [
            item
            for item in await discovery.served(self._client)
            if item.namespaced and {"delete", "list"} <= item.verbs
        ]
        pods = [item for item in resources if item.resource == PODS]
        found = [await self._clear(item, name) for item in pods]
        if not any(count for _, count, _ in found):  # what pods may need goes after them
            others = [item for item in resources if item.resource != PODS]
            found += await asyncio.gather(*(self._clear(item, name) for item in others))
        remaining = {_named(resource): count for resource, count, _ in found if count}
        held = sum((finalizers for _, _, finalizers in found), Counter[str]())
        fresh = await self._client.find(NAMESPACES, "", name)
        if fresh is None:
            return None
        if not remaining:
            kept = [finalizer for finalizer in fresh["spec"].get("finalizers") or () if finalizer != KUBERNETES]
            await self._client.update(NAMESPACES, {**fresh, "spec": {**fresh["spec"], "finalizers": kept}}, "finalize")
            return None
        report(fresh, remaining, held, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        await self._client.update(NAMESPACES, fresh, "status")
        return Verdict(changed=False, satisfied=False)

    async def _clear(self, item: discovery.Served, namespace: str) -> tuple[Resource, int, Counter[str]]:
        """Delete a resource's objects; how many are left, and the finalizers that hold them."""
        path = item.resource.path(namespace)
        async with self._turns:
            listed = await self._list(path)
            if not listed:
                return item.resource, 0, Counter()
            if "deletecollection" in item.verbs:
                await self._client.request("DELETE", path, DELETION)
            else:
                for obj in listed:
                    await self._delete(item.resource, obj)
            left = await self._list(path)
        return (
            item.resource,
            len(left),
            Counter(name for obj in left for name in obj["metadata"].get("finalizers") or ()),
        )

    async def _delete(self, resource: Resource, obj: Object) -> None:
        meta = obj["metadata"]
        try:
            await self._client.request("DELETE", resource.path(meta["namespace"], meta["name"]), DELETION)
        except ApiError as error:
            if error.code != 404:
                raise

    async def _list(self, path: str) -> list[Object]:
        try:
            listed = await self._client.request("GET", path, headers=METADATA_LIST)
        except ApiError as error:
            if error.code in (404, 405):  # a definition has gone meanwhile, and its objects with it
                return []
            raise
        items: list[Object] = listed.get("items") or []
        return items


def _named(resource: Resource) -> str:
    """As conditions name resources: ``pods``, ``models.michelangelo.api``."""
    return f"{resource.plural}.{resource.group}" if resource.group else resource.plural
