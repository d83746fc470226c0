"""Everything an API server stores, as a value: taken out, and put back in place of what is there.

Objects keep their uid, timestamps and generation; their resourceVersion is that of the write. Watchers see ordinary events. No await
here: clients see the state before or the state after.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.assembly import Assembly
from emulator.apiserver.own_objects import KUBERNETES, TRUST
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.definitions import RESOURCE as DEFINITIONS
from emulator.apiserver.registry.store import Store
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Key

_FIRST, _LAST = (DEFINITIONS,), ("namespaces",)  # a definition before its objects; a namespace goes when it is empty
_CA = ("configmaps", "kube-root-ca.crt")
_OWN = frozenset({  # they say which server this is, where and with which CA
    _CA, ("configmaps", TRUST), ("endpoints", KUBERNETES), ("endpointslices.discovery.k8s.io", KUBERNETES),
    ("services", KUBERNETES),
})  # fmt: skip


class Entry(NamedTuple):
    """One object: its resource's name in storage, and its bytes."""

    resource: str
    data: bytes

    @classmethod
    def of(cls, resource: str, obj: Object) -> Entry:
        """An entry of a decoded object."""
        return cls(resource, codec.encode(obj))


def take(assembly: Assembly) -> list[Entry]:
    """Every stored object."""
    return [
        Entry(store.name, stored.data)
        for store in _stores(assembly)
        for stored in assembly.storage.list(store.name).items
    ]


def check(assembly: Assembly, entries: Iterable[Entry]) -> None:
    """Raises ValueError for an object of a kind that is neither built in nor defined among the others."""
    kinds = {store.name for store in _stores(assembly) if not store.kind.resource.custom}
    addressed = [(entry.resource, *_address(entry.data)) for entry in entries]
    kinds |= {name for resource, _, name in addressed if resource == DEFINITIONS}
    for resource, namespace, name in addressed:
        if resource not in kinds:
            raise ValueError(f"{namespace}/{name} is of {resource}, which has no definition")


def put(assembly: Assembly, entries: Iterable[Entry]) -> tuple[int, int]:
    """Have exactly these objects (of which ``check`` approves); how many were removed and written."""
    wanted = {(entry.resource, *_address(entry.data)): entry for entry in entries}
    removed = sum(_remove_others(assembly, store, wanted) for store in _ordered(assembly, last=_LAST))
    written = _write(assembly, [wanted[key] for key in wanted if key[0] == DEFINITIONS])
    for entry in [entry for key, entry in wanted.items() if key[0] == DEFINITIONS]:
        stored = assembly.definitions.find("", _address(entry.data)[1])
        if stored is not None:
            assembly.definition_controller.sync(assembly.definitions.decode(stored))
    order = {store.name: place for place, store in enumerate(_ordered(assembly, first=("namespaces",)))}
    rest = sorted((key for key in wanted if key[0] != DEFINITIONS), key=lambda key: order[key[0]])
    return removed, written + _write(assembly, [wanted[key] for key in rest])


def _address(data: bytes) -> tuple[str, str]:
    meta = metadata(codec.load(data))
    return meta.get("namespace") or "", meta["name"]


def _stores(assembly: Assembly) -> list[Store]:
    return [served.store for served in assembly.catalog.stores() if served.store is not None]


def _ordered(assembly: Assembly, first: tuple[str, ...] = (), last: tuple[str, ...] = ()) -> list[Store]:
    """Stores: some first, some last; definitions behind their objects when those go."""
    late = (*last, *(_FIRST if last else ()))

    def place(store: Store) -> int:
        return -1 if store.name in first else 1 + late.index(store.name) if store.name in late else 0

    return sorted(_stores(assembly), key=place)


def _remove_others(assembly: Assembly, store: Store, wanted: dict[tuple[str, str, str], Entry]) -> int:
    """Remove what is not wanted, or is another object of the same name."""
    removed = 0
    for key in [stored.key for stored in assembly.storage.list(store.name).items]:
        entry = wanted.get((key.resource, key.namespace, key.name))
        stored = store.find(key.namespace, key.name)  # anew: aggregated roles change as others go
        if stored is None or ((key.resource, key.name) in _OWN and entry is not None):
            continue
        if entry is not None and (key.resource == DEFINITIONS or _uid(entry.data) == _uid(stored.data)):
            continue
        store.remove(_context(assembly, store, key), store.kind, stored)
        removed += 1
    return removed


def _write(assembly: Assembly, entries: list[Entry]) -> int:
    stores = {store.name: store for store in _stores(assembly)}
    written = 0
    for entry in entries:
        obj = codec.load(entry.data)
        meta, store = metadata(obj), stores[entry.resource]
        present = store.find(meta.get("namespace") or "", meta["name"])
        if (entry.resource, meta["name"]) in _OWN:
            if present is not None or (entry.resource, meta["name"]) != _CA:
                continue
            obj["data"] = {"ca.crt": assembly.authority.certificate_pem.decode()}
        if present is not None:
            if present.data == entry.data:
                continue
            if entry.resource == DEFINITIONS:
                _keep_identity(obj, codec.load(present.data))
        store.kind.strategy.claim(obj)
        written += store.write(obj) is not present
    return written


def _keep_identity(obj: Object, present: Object) -> None:
    """A definition that is there already stays the object that it is: to remove it would end what it serves."""
    for name in ("uid", "creationTimestamp"):
        metadata(obj)[name] = metadata(present)[name]


def _uid(data: bytes) -> str:
    uid: str = metadata(codec.load(data))["uid"]
    return uid


def _context(assembly: Assembly, store: Store, key: Key) -> Context:
    now = assembly.seams.clock.timestamp()
    return Context(store.kind.resource, key.namespace, SYSTEM, now, name=key.name)
