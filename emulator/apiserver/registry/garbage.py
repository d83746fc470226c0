"""The garbage collector: dependents follow their owners (k8s.io/kubernetes/pkg/controller/garbagecollector).

It keeps who depends on which uid, from the storage's events. When an owner goes, dependents without another living owner go
in the background; the finalizers ``foregroundDeletion`` and ``orphan`` are worked off first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.names import GroupVersion
from emulator.apiserver.apimachinery.objects import Object, metadata, owner_references
from emulator.apiserver.apimachinery.options import DeleteOptions
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.catalog import Catalog, Served
from emulator.apiserver.registry.deletion import FOREGROUND, ORPHAN
from emulator.apiserver.registry.store import Backing
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Event, Key, Stored

ABSENT_OWNER_SECONDS = 0.5  # how long a reference to nobody may stand: its owner may be on its way


class GarbageCollector:
    """Follows every write; acts after the request that caused it has been answered."""

    def __init__(self, catalog: Catalog, backing: Backing) -> None:
        self.catalog = catalog
        self.backing = backing
        self._dependents: dict[str, set[Key]] = {}
        self._owners: dict[Key, frozenset[str]] = {}
        backing.storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        data, key = event.stored.data, event.stored.key
        if b'"ownerReferences"' in data or key in self._owners:
            self._index(event)
        if event.type == "DELETED":
            uid = _uid(event.stored)
            if uid in self._dependents:
                _later(0, self._owner_gone, uid)
        elif b'"deletionTimestamp"' in data and (b'"foregroundDeletion"' in data or b'"orphan"' in data):
            _later(0, self._owner_going, key)

    def _index(self, event: Event) -> None:
        key = event.stored.key
        owners: frozenset[str] = frozenset()
        if event.type != "DELETED":
            references = owner_references(codec.load(event.stored.data))
            owners = frozenset(str(reference.get("uid")) for reference in references)
        for uid in self._owners.pop(key, frozenset()) - owners:
            self._dependents.get(uid, set()).discard(key)
            _later(0, self._dependent_gone, uid)
        if owners:
            self._owners[key] = owners
            for uid in owners:
                self._dependents.setdefault(uid, set()).add(key)
            _later(ABSENT_OWNER_SECONDS, self._check, key)

    # What is done about it

    def _owner_gone(self, uid: str) -> None:
        for key in sorted(self._dependents.get(uid, ())):
            self._check(key)
        if not self._dependents.get(uid):
            self._dependents.pop(uid, None)

    def _dependent_gone(self, uid: str) -> None:
        """An owner that waits in the foreground may go once its last dependent is gone."""
        for served in self.catalog.stores():
            if served.store is None:
                continue
            for stored in self.backing.storage.list(served.store.name).items:
                if b'"foregroundDeletion"' in stored.data and _uid(stored) == uid:
                    self._owner_going(stored.key)
                    return

    def _check(self, key: Key) -> None:
        """Delete an object whose owners are all gone."""
        found = self._find(key)
        if found is None:
            return
        served, stored = found
        obj = codec.load(stored.data)
        references = list(owner_references(obj))
        if not references or metadata(obj).get("deletionTimestamp"):
            return
        if any(self._lives(reference, key.namespace) for reference in references):
            return
        self._delete(served, stored)

    def _lives(self, reference: Object, namespace: str) -> bool:
        """Whether an owner exists; one of a kind that nobody serves is taken to live, as nothing can be known."""
        try:
            group_version = GroupVersion.parse(str(reference.get("apiVersion") or ""))
        except ValueError:
            return True
        served = self.catalog.by_kind(group_version, str(reference.get("kind")))
        if served is None or served.store is None:
            return True
        owner = served.store.find(namespace, str(reference.get("name")))
        return owner is not None and _uid(owner) == reference.get("uid")

    def _owner_going(self, key: Key) -> None:
        """Work off the finalizers of an owner that is being deleted."""
        found = self._find(key)
        if found is None:
            return
        served, stored = found
        obj = codec.load(stored.data)
        meta = metadata(obj)
        finalizers = meta.get("finalizers") or []
        if not meta.get("deletionTimestamp"):
            return
        uid = meta["uid"]
        if ORPHAN in finalizers:
            for dependent in sorted(self._dependents.get(uid, ())):
                self._orphan(dependent, uid)
            self._unfinalize(served, stored, ORPHAN)
        elif FOREGROUND in finalizers:
            waiting = [self._foreground(dependent, uid) for dependent in sorted(self._dependents.get(uid, ()))]
            if not any(waiting):
                self._unfinalize(served, stored, FOREGROUND)

    def _foreground(self, key: Key, uid: str) -> bool:
        """Delete a dependent of an owner that waits; whether the owner has to wait for it."""
        found = self._find(key)
        if found is None:
            return False
        served, stored = found
        obj = codec.load(stored.data)
        references = list(owner_references(obj))
        others = [reference for reference in references if reference.get("uid") != uid]
        if any(self._lives(reference, key.namespace) for reference in others):
            self._orphan(key, uid)
            return False
        if not metadata(obj).get("deletionTimestamp"):
            self._delete(served, stored)
        blocks = any(reference.get("blockOwnerDeletion") for reference in references if reference.get("uid") == uid)
        return blocks and self._find(key) is not None

    def _orphan(self, key: Key, uid: str) -> None:
        """Take an owner out of a dependent's references."""
        found = self._find(key)
        if found is None or found[0].store is None:
            return
        served, stored = found
        assert served.store is not None, "found in a store"
        obj = served.store.decode(stored)
        kept = [reference for reference in owner_references(obj) if reference.get("uid") != uid]
        if kept:
            metadata(obj)["ownerReferences"] = kept
        else:
            metadata(obj).pop("ownerReferences", None)
        served.store.write(obj)

    def _unfinalize(self, served: Served, stored: Stored, finalizer: str) -> None:
        store = served.store
        assert store is not None, "found in a store"
        obj = store.decode(stored)
        meta = metadata(obj)
        meta["finalizers"] = [name for name in meta.get("finalizers") or [] if name != finalizer]
        if meta["finalizers"]:
            store.write(obj)
            return
        meta.pop("finalizers")
        if served.kind.strategy.holds_deletion(obj):
            store.write(obj)
            return
        store.remove(self._context(served, stored.key), served.kind, stored)

    def _delete(self, served: Served, stored: Stored) -> None:
        assert served.store is not None, "found in a store"
        options = DeleteOptions(propagation_policy="Background")
        served.store.delete(self._context(served, stored.key), served.kind, options)

    def _context(self, served: Served, key: Key) -> Context:
        return Context(served.resource, key.namespace, SYSTEM, self.backing.clock.timestamp(), name=key.name)

    def _find(self, key: Key) -> tuple[Served, Stored] | None:
        for served in self.catalog.stores():
            if served.store is not None and served.store.name == key.resource:
                stored = served.store.find(key.namespace, key.name)
                return (served, stored) if stored is not None else None
        return None


def _uid(stored: Stored) -> str:
    """The uid in encoded bytes; decoded only when needed."""
    uid: str = codec.load(stored.data)["metadata"].get("uid", "")
    return uid


def _later(seconds: float, call: Callable[..., None], *arguments: object) -> None:
    """Run after the write that caused it has been answered; not at all where no loop runs (at start)."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    loop.call_later(seconds, call, *arguments)
