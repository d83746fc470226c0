"""Built-in kinds over a storage in memory, written as the endpoints write them: read, default, store."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.clock import Clock
from emulator.apiserver.registry.builtin.kinds import builtin_kinds
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.store import Backing, Deleted, Store
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.memory import MemoryStorage


class _Welcome:
    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        pass

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        pass


class Shelf:
    """One store per built-in resource, in namespace ``ns``, written by ``ann``."""

    def __init__(self) -> None:
        self.backing = Backing(MemoryStorage(), _Welcome(), Clock())
        self.kinds: dict[tuple[str, str], Kind] = {}
        self.stores: dict[str, Store] = {}
        for kind in builtin_kinds():
            self.kinds[kind.resource.api_version, kind.resource.kind] = kind
            self.stores.setdefault(kind.resource.plural, Store(self.backing, kind, kind.resource.plural))
        self.warnings: list[str] = []

    def kind(self, obj: Object) -> Kind:
        return self.kinds[obj["apiVersion"], obj["kind"]]

    def context(self, kind: Kind, name: str = "", subresource: str = "") -> Context:
        namespace = "ns" if kind.resource.namespaced else ""
        user = UserInfo("ann", groups=("team",))
        now = self.backing.clock.timestamp()
        return Context(kind.resource, namespace, user, now, self.warnings, name, subresource, "tests")

    def read(self, obj: Object) -> Object:
        given = copy(obj)
        kind = self.kind(obj)
        kind.shape.read(given)
        kind.shape.default(given)
        return given

    def create(self, obj: Object) -> Object:
        kind = self.kind(obj)
        store = self.stores[kind.resource.plural]
        return store.decode(store.create(self.context(kind), kind, self.read(obj)), kind)

    def update(self, obj: Object, subresource: str = "") -> Object:
        kind = self.kind(obj)
        store = self.stores[kind.resource.plural]
        context = self.context(kind, metadata(obj)["name"], subresource)
        given = self.read(obj)
        if kind.resource.namespaced:
            metadata(given)["namespace"] = "ns"
        stored, _ = store.update(context, kind, lambda old: given)
        return store.decode(stored, kind)

    def change(self, obj: Object, subresource: str = "", **paths: Any) -> Object:
        """Update some fields: ``spec__replicas=3`` sets ``spec.replicas``; None removes."""
        given = copy(obj)
        for path, value in paths.items():
            *parents, last = path.split("__")
            target = given
            for parent in parents:
                target = target.setdefault(parent, {})
            if value is None:
                target.pop(last, None)
            else:
                target[last] = value
        return self.update(given, subresource)

    def delete(self, obj: Object, options: DeleteOptions | None = None) -> Deleted:
        kind = self.kind(obj)
        store = self.stores[kind.resource.plural]
        return store.delete(self.context(kind, metadata(obj)["name"]), kind, options or DeleteOptions())


def refusal(call: Any, *arguments: Any, **options: Any) -> list[str]:
    """The field errors of a refused write, as ``path: message``; fails when nothing is refused."""
    with pytest.raises(StatusError) as caught:
        call(*arguments, **options)
    error = caught.value
    assert error.code == 422, error.message
    assert error.details is not None
    return [f"{cause['field']}: {cause['message']}" for cause in error.details["causes"]]


def pod_template(**labels: str) -> Object:
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "busybox:1"}]}}
