"""Aggregated ClusterRoles hold the rules of those that they select (k8s.io/kubernetes/pkg/controller/clusterroleaggregation)."""

from __future__ import annotations

from emulator.apiserver.apimachinery.selectors import selects
from emulator.apiserver.authz.bootstrap import aggregate
from emulator.michelangelo.client import KubeClient, Resource
from emulator.michelangelo.controllers.controller import Key, Verdict

CLUSTER_ROLES = Resource("rbac.authorization.k8s.io", "v1", "clusterroles")


class Roles:
    """Reconciles all ClusterRoles at once: each may be part of any other. Its key says nothing."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client

    async def reconcile(self, key: Key) -> Verdict | None:
        """One pass. Raises ApiError."""
        roles = (await self._client.list(CLUSTER_ROLES))["items"]
        changed = False
        for role in roles:
            rules = aggregate(role, roles, selects)
            if rules is not None and rules != (role.get("rules") or []):
                role["rules"] = rules
                role.update(await self._client.update(CLUSTER_ROLES, {**role, **_TYPE}))
                changed = True
        return Verdict(changed=True, satisfied=False) if changed else None  # one may be part of the next


_TYPE = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}  # items of a list say neither
