"""ResourceQuotas say how much is taken (k8s.io/kubernetes/pkg/controller/resourcequota). Until somebody says so nothing that they limit is let in."""

from __future__ import annotations

from emulator.apiserver.registry.quota_usage import Amounts, add, amounts, concerns, source, usage
from emulator.cluster import discovery
from emulator.michelangelo.client import KubeClient, Object, Resource
from emulator.michelangelo.controllers.controller import Key, Verdict

QUOTAS = Resource("", "v1", "resourcequotas")


class Quotas:
    """Reconciles ResourceQuotas, whenever something in their namespaces changes."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client

    async def reconcile(self, key: Key) -> Verdict | None:
        """One pass. Raises ApiError."""
        quota = await self._client.find(QUOTAS, key.namespace, key.name)
        hard = (quota or {}).get("spec", {}).get("hard")
        if quota is None or not hard:
            return None
        taken = await self._taken(quota, hard, key.namespace)
        status = {"hard": hard, "used": {name: str(value) for name, value in taken.items()}}
        if quota.get("status") != status:
            await self._client.update(QUOTAS, {**quota, "status": status}, "status")
        return None

    async def _taken(self, quota: Object, hard: Object, namespace: str) -> Amounts:
        total = amounts(dict.fromkeys(hard, "0"))
        for item in await discovery.served(self._client):
            resource = f"{item.resource.plural}.{item.resource.group}" if item.resource.group else item.resource.plural
            limited = {name for name in hard if source(name) == resource}
            if not limited or not item.namespaced:
                continue
            for obj in (await self._client.list(item.resource, namespace))["items"]:
                if concerns(quota, resource, obj):
                    taken = usage(resource, obj)
                    total = add(total, {name: taken[name] for name in limited if name in taken})
        return total
