"""Serves what the stored CustomResourceDefinitions say.

The controller follows the storage's events: it accepts names, establishes, puts the versions into the catalog, and empties a
definition that is being deleted (finalizer ``customresourcecleanup.apiextensions.k8s.io``). It acts after the write that caused the
event has been answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.catalog import Catalog, Served
from emulator.apiserver.registry.definition_kinds import kinds_of
from emulator.apiserver.registry.definition_status import (
    DELETION_DONE,
    DELETION_RUNNING,
    ESTABLISHED,
    NAMES_ACCEPTED,
    NEVER_ESTABLISHED,
    TERMINATING,
    is_true,
    set_condition,
    settle,
)
from emulator.apiserver.registry.definitions import CLEANUP, RESOURCE
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.store import Backing, Store
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Event

MANAGER = "kube-apiserver"


@dataclass(slots=True)
class _Serving:
    """What is served for a definition, and what it was made from."""

    store: Store
    spec: Object
    terminating: bool


class DefinitionController:
    """Keeps status and catalog in line with the definitions."""

    def __init__(
        self, catalog: Catalog, backing: Backing, definitions: Store, wrap: Callable[[Kind], Kind] = lambda kind: kind
    ) -> None:
        self.catalog = catalog
        self.backing = backing
        self.definitions = definitions
        self.wrap = wrap
        self._serving: dict[str, _Serving] = {}
        backing.storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        key = event.stored.key
        if key.resource == RESOURCE:
            if event.type == "DELETED":
                self.backing.afterwards.soon(lambda: self._gone(codec.load(event.stored.data)))
            else:
                self.backing.afterwards.soon(lambda: self._follow(key.name))
        elif event.type == "DELETED" and key.resource in self._serving and self._serving[key.resource].terminating:
            self.backing.afterwards.soon(lambda: self._follow(key.resource))  # it waits for the last of its instances

    def _follow(self, name: str) -> None:
        stored = self.definitions.find("", name)
        if stored is not None:
            self.sync(self.definitions.decode(stored))

    def _gone(self, crd: Object) -> None:
        """Serve no more; the names are free for others of the group."""
        name, group = metadata(crd)["name"], crd["spec"]["group"]
        if self.definitions.find("", name) is None and self._serving.pop(name, None) is not None:
            self.catalog.remove(group, crd["spec"]["names"]["plural"])
        for other in self._group(group):
            if not is_true(other, NAMES_ACCEPTED):
                self.sync(other)

    def sync(self, crd: Object) -> None:
        """Bring status and catalog in line with one definition."""
        now = self.backing.clock.timestamp()
        name = metadata(crd)["name"]
        old = copy(crd)
        others = [other for other in self._group(crd["spec"]["group"]) if metadata(other)["name"] != name]
        settle(crd, others, now)
        deleting = bool(metadata(crd).get("deletionTimestamp")) and CLEANUP in (metadata(crd).get("finalizers") or ())
        if deleting and is_true(crd, ESTABLISHED):
            set_condition(crd, DELETION_RUNNING, now)
        if is_true(crd, ESTABLISHED):
            self._serve(crd)
        if crd.get("status") != old.get("status"):
            crd = self._write(crd, old, now)
        if deleting:
            self._clean_up(crd, now)

    def _group(self, group: str) -> list[Object]:
        found = [codec.load(stored.data) for stored in self.backing.storage.list(RESOURCE).items]
        return [crd for crd in found if crd["spec"]["group"] == group]

    def _write(self, crd: Object, old: Object, now: str) -> Object:
        """Store a new status; the server itself owns its fields."""
        self.definitions.kind.field_manager("status").update(old, crd, MANAGER, now)
        return self.definitions.decode(self.definitions.write(crd))

    def _serve(self, crd: Object) -> None:
        """Put every served version into the catalog, unless that was done for this very specification."""
        name, spec, terminating = crd["metadata"]["name"], crd["spec"], is_true(crd, TERMINATING)
        current = self._serving.get(name)
        if current is not None and current.spec == spec and current.terminating == terminating:
            return
        kinds = [self.wrap(kind) for kind in kinds_of(crd)]
        store = Store(self.backing, kinds[0], name)
        store.versions = {kind.resource.api_version: kind for kind in kinds}
        unchanged = current is not None and current.spec == spec
        store.reshaped = current.store.reshaped if current and unchanged else self.backing.storage.changed(name)
        self._serving[name] = _Serving(store, copy(spec), terminating)
        if not unchanged:
            self._select_anew(store)
        wanted = {version["name"] for version in spec["versions"] if version.get("served")}
        self.catalog.remove(spec["group"], spec["names"]["plural"], keep=wanted)
        for kind in kinds:
            if kind.resource.version in wanted:
                self.catalog.add(Served(kind, store, {}, crd))

    def _select_anew(self, store: Store) -> None:
        """What selectors ask about the stored objects, under a new schema."""
        for stored in self.backing.storage.list(store.name).items:
            stored.fields = store.kind.strategy.fields(store.decode(stored))

    def _clean_up(self, crd: Object, now: str) -> None:
        """Delete the instances of a definition that goes; once none is left, let it go."""
        old = copy(crd)
        serving = self._serving.get(metadata(crd)["name"])
        if serving is None:
            set_condition(crd, NEVER_ESTABLISHED, now)
        elif self._delete_instances(serving.store):
            return  # their finalizers hold them: each deletion leads back here
        else:
            set_condition(crd, DELETION_DONE, now)
        meta = metadata(crd)
        meta["finalizers"] = [name for name in meta["finalizers"] if name != CLEANUP]
        if meta["finalizers"]:
            self._write(crd, old, now)
            return
        del meta["finalizers"]
        stored = self.definitions.find("", meta["name"])
        if stored is not None:
            context = Context(self.definitions.kind.resource, "", SYSTEM, now, name=meta["name"])
            self.definitions.remove(context, self.definitions.kind, stored)

    def _delete_instances(self, store: Store) -> int:
        """Ask every instance to go; how many stay behind their finalizers."""
        now = self.backing.clock.timestamp()
        for stored in list(self.backing.storage.list(store.name).items):
            if metadata(store.decode(stored)).get("deletionTimestamp"):
                continue
            context = Context(store.kind.resource, stored.key.namespace, SYSTEM, now, name=stored.key.name)
            store.delete(context, store.kind, DeleteOptions())
        return self.backing.storage.count(store.name)
