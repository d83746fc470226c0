"""What a cluster's controller does for ResourceQuotas: counts what they limit (pkg/controller/resourcequota of Kubernetes)."""

from __future__ import annotations

from decimal import Decimal

import orjson

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.quantity import Quantity
from emulator.apiserver.registry.quota_usage import Amounts, add, amounts, concerns, only_numbers, source, usage
from emulator.apiserver.registry.store import Store
from emulator.apiserver.storage.interface import Event, Storage

RESOURCE = "resourcequotas"


def used(storage: Storage, quota: Object, namespace: str) -> Amounts:
    """What is taken now of what a quota limits."""
    limited = (quota["spec"].get("hard") or {}).keys()
    total = amounts(dict.fromkeys(limited, "0"))
    for resource in {source(name) for name in limited}:
        there = storage.list(resource, namespace).items
        if only_numbers(quota, resource):
            number = Quantity(Decimal(len(there)), "decimal")
            total |= {name: number for name in limited if source(name) == resource}
            continue
        for stored in there:
            obj = orjson.loads(stored.data)
            if concerns(quota, resource, obj):
                taken = usage(resource, obj)
                total = add(total, {name: taken[name] for name in limited if name in taken})
    return total


class QuotaController:
    """Keeps the status of ResourceQuotas: what is limited, and how much of it is taken."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._storage = store.backing.storage
        self._due: set[str] = set()
        self._limited: set[str] = set()  # namespaces that have a quota, or had one
        self._storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        key = event.stored.key
        if key.resource == RESOURCE:
            self._limited.add(key.namespace)
            if event.type == "MODIFIED" and not _wants_more(event):
                return  # a status that somebody writes stays until there is something to count
        if key.namespace in self._limited and key.namespace not in self._due:
            self._due.add(key.namespace)
            self._store.backing.afterwards.soon(self._count, key.namespace)

    def _count(self, namespace: str) -> None:
        self._due.discard(namespace)
        for stored in self._storage.list(RESOURCE, namespace).items:
            quota = codec.load(stored.data)
            hard = quota["spec"].get("hard")
            taken = {name: str(value) for name, value in used(self._storage, quota, namespace).items()}
            status = {"hard": hard, "used": taken} if hard else {}
            if quota.get("status") != status:
                quota["status"] = status
                self._store.write(quota)


def _wants_more(event: Event) -> bool:
    before = orjson.loads(event.previous.data) if event.previous is not None else {}
    return bool(orjson.loads(event.stored.data).get("spec") != before.get("spec"))
