"""What a cluster's controllers do for namespaces: fill a new one, empty one that is being deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.catalog import Catalog
from emulator.apiserver.registry.store import Backing, Store
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Event

KUBERNETES = "kubernetes"
_CONDITIONS = (
    ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    ("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
    (
        "NamespaceDeletionContentFailure",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    ("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
    ("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
)

ROOT_CA = "kube-root-ca.crt"
_FILLED = (("serviceaccounts", "default"), ("configmaps", ROOT_CA))

Fill = Callable[[str], Iterable[tuple[str, Object]]]
"""What a new namespace gets: (resource name in storage, object) pairs."""


class NamespaceController:
    """Follows namespaces: gives new ones their ServiceAccount and CA, empties deleted ones."""

    def __init__(self, catalog: Catalog, backing: Backing, namespaces: Store, fill: Fill) -> None:
        self.catalog = catalog
        self.backing = backing
        self.namespaces = namespaces
        self.fill = fill
        self._terminating: set[str] = set()
        backing.storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        key = event.stored.key
        if key.resource == "namespaces":
            if event.type == "ADDED":
                self.backing.afterwards.soon(self._fill, key.name)
            elif event.type == "MODIFIED":
                self.backing.afterwards.soon(self.sync, key.name)
            else:
                self._terminating.discard(key.name)
        elif key.namespace in self._terminating:
            self.backing.afterwards.soon(self.sync, key.namespace)
        elif event.type != "ADDED" and (key.resource, key.name) in _FILLED:
            self.backing.afterwards.soon(self._fill, key.namespace)

    def _fill(self, name: str) -> None:
        stored = self.namespaces.find("", name)
        if stored is None or metadata(codec.load(stored.data)).get("deletionTimestamp"):
            return
        for resource, obj in self.fill(name):
            served = next((s for s in self.catalog.stores() if s.store and s.store.name == resource), None)
            if served is None or served.store is None:
                continue
            existing = served.store.find(name, obj["metadata"]["name"])
            if existing is not None:
                self._restore(served.store, served.store.decode(existing), obj)
                continue
            context = Context(
                served.resource, name, SYSTEM, self.backing.clock.timestamp(), manager="kube-controller-manager"
            )
            context.name = obj["metadata"]["name"]
            served.store.create(context, served.kind, obj)

    def _restore(self, store: Store, there: Object, wanted: Object) -> None:
        """Put back what somebody changed in the CA that a namespace is given."""
        if "data" in wanted and there.get("data") != wanted["data"]:
            store.write({**there, "data": wanted["data"]})

    def sync(self, name: str) -> None:
        """Empty a namespace that is being deleted; remove it once nothing is left and nobody else holds it."""
        stored = self.namespaces.find("", name)
        if stored is None:
            self._terminating.discard(name)
            return
        namespace = self.namespaces.decode(stored)
        if not metadata(namespace).get("deletionTimestamp"):
            return
        self._terminating.add(name)
        finalizers = (namespace.get("spec") or {}).get("finalizers") or []
        if KUBERNETES not in finalizers:
            self._finish(namespace)
            return
        remaining, held = self._empty(name)
        stored = self.namespaces.find("", name)
        if stored is None:
            return
        namespace = self.namespaces.decode(stored)
        if not remaining:
            finalizers = [finalizer for finalizer in finalizers if finalizer != KUBERNETES]
            namespace["spec"]["finalizers"] = finalizers
            if not finalizers:
                namespace["spec"].pop("finalizers")
                self._finish(namespace)
                return
        report(namespace, remaining, held, self.backing.clock.timestamp())
        self.namespaces.write(namespace)

    def _finish(self, namespace: Object) -> None:
        name = metadata(namespace)["name"]
        if metadata(namespace).get("finalizers") or (namespace.get("spec") or {}).get("finalizers"):
            return
        stored = self.namespaces.get("", name)
        context = Context(self.namespaces.kind.resource, "", SYSTEM, self.backing.clock.timestamp(), name=name)
        self.namespaces.remove(context, self.namespaces.kind, stored)

    def _empty(self, name: str) -> tuple[dict[str, int], Counter[str]]:
        """Delete the content; what is left by resource, and the finalizers that hold it."""
        remaining: dict[str, int] = {}
        held: Counter[str] = Counter()
        now = self.backing.clock.timestamp()
        for served in self.catalog.stores():
            store = served.store
            if store is None or not served.resource.namespaced:
                continue
            for stored in list(self.backing.storage.list(store.name, name).items):
                obj = store.decode(stored)
                if not metadata(obj).get("deletionTimestamp"):
                    context = Context(served.resource, name, SYSTEM, now, name=stored.key.name)
                    result = store.delete(context, served.kind, DeleteOptions(grace_period_seconds=0))
                    if result.gone:
                        continue
                    obj = store.decode(result.stored)
                remaining[store.name] = remaining.get(store.name, 0) + 1
                held.update(metadata(obj).get("finalizers") or [])
        return remaining, held


def report(namespace: Object, remaining: dict[str, int], held: Counter[str], now: str) -> None:
    """Say in the conditions what is left of a namespace's content (by resource), and which finalizers hold it."""
    status = namespace.setdefault("status", {})
    conditions = status.setdefault("conditions", [])
    texts = {sort: (reason, "False", message) for sort, reason, message in _CONDITIONS}
    if remaining:
        listed = ", ".join(
            f"{resource}. has {count} resource instances"
            if "." not in resource
            else f"{resource} has {count} resource instances"
            for resource, count in sorted(remaining.items())
        )
        texts["NamespaceContentRemaining"] = (
            "SomeResourcesRemain",
            "True",
            f"Some resources are remaining: {listed}",
        )
    if held:
        listed = ", ".join(f"{finalizer} in {count} resource instances" for finalizer, count in sorted(held.items()))
        message = f"Some content in the namespace has finalizers remaining: {listed}"
        texts["NamespaceFinalizersRemaining"] = ("SomeFinalizersRemain", "True", message)
    for sort, (reason, value, message) in texts.items():
        new = {"type": sort, "status": value, "reason": reason, "message": message, "lastTransitionTime": now}
        old = next((condition for condition in conditions if condition["type"] == sort), None)
        if old is None:
            conditions.append(new)
        elif old["status"] != value or old["message"] != message:
            old.update(new)


def root_ca(authority: bytes) -> Object:
    """The ConfigMap that every namespace is given: the CA (PEM) to verify the API server with."""
    text = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
    meta = {"name": ROOT_CA, "annotations": {"kubernetes.io/description": text}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"ca.crt": authority.decode()}}
