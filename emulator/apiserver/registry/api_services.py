"""APIServices of what this very server serves: one per group and version, made and removed as definitions come and go.

Source: k8s.io/kube-aggregator (autoregister), k8s.io/kubernetes/pkg/controlplane/apiserver (the priorities).
"""

from __future__ import annotations

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.builtin.api_service import LOCAL, available
from emulator.apiserver.registry.catalog import Catalog
from emulator.apiserver.registry.store import Store
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Event

MANAGED = "kube-aggregator.kubernetes.io/automanaged"
GROUP = "apiregistration.k8s.io"
_PRIORITIES = {
    "": 18000, "admissionregistration.k8s.io": 16700, "apiextensions.k8s.io": 16700, "apps": 17800,
    "authentication.k8s.io": 17700, "authorization.k8s.io": 17600, "autoscaling": 17500, "batch": 17400,
    "certificates.k8s.io": 17300, "coordination.k8s.io": 16500, "discovery.k8s.io": 16200, "events.k8s.io": 17750,
    "flowcontrol.apiserver.k8s.io": 16100, "networking.k8s.io": 17200, "node.k8s.io": 16300, "policy": 17100,
    "rbac.authorization.k8s.io": 17000, "resource.k8s.io": 16200, "scheduling.k8s.io": 16600, "storage.k8s.io": 16800,
}  # fmt: skip
_VERSIONS = {("", "v1"): 1, ("autoscaling", "v2"): 30, ("flowcontrol.apiserver.k8s.io", "v1"): 21}
_DEFINED = (1000, 100)


class ApiServices:
    """Keeps them in line with the catalog."""

    def __init__(self, catalog: Catalog, store: Store) -> None:
        self._catalog = catalog
        self._store = store
        self._due = False
        self._sync()
        catalog.listeners.append(self._changed)
        store.backing.storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        """What somebody deletes comes back while it is served."""
        if event.type == "DELETED" and event.stored.key.resource == self._store.name:
            self._changed()

    def _changed(self) -> None:
        if not self._due:
            self._due = True
            self._store.backing.afterwards.soon(self._sync)

    def _sync(self) -> None:
        self._due = False
        served = {(resource.group, resource.version): resource.custom for resource in self._catalog.resources()}
        wanted = {f"{version}.{group}": (group, version) for group, version in served if group != GROUP}
        there = {stored.key.name: stored for stored in self._store.backing.storage.list(self._store.name).items}
        now = self._store.backing.clock.timestamp()
        for name, (group, version) in wanted.items():
            if name not in there:
                self._store.write(_local(name, group, version, now, custom=served[group, version]))
        for name, stored in there.items():
            labels = codec.load(stored.data)["metadata"].get("labels") or {}
            if name not in wanted and MANAGED in labels:
                context = Context(self._store.kind.resource, "", SYSTEM, now, name=name)
                self._store.remove(context, self._store.kind, stored)


def _local(name: str, group: str, version: str, now: str, *, custom: bool) -> Object:
    """An APIService without a Service: it is this server that answers."""
    minimum, priority = _DEFINED if custom else (_PRIORITIES.get(group, 1000), _VERSIONS.get((group, version), 15))
    spec: Object = {"version": version, "groupPriorityMinimum": minimum, "versionPriority": priority}
    if group:
        spec["group"] = group
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "APIService",
        "metadata": {"name": name, "labels": {MANAGED: "true" if custom else "onstart"}},
        "spec": spec,
        "status": {"conditions": [available(LOCAL, now)]},
    }
