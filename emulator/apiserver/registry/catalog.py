"""What is served: every resource in every version, with its store. CRDs come and go; discovery reads it from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from emulator.apiserver.apimachinery.names import GroupVersion
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.store import Store
from emulator.apiserver.registry.strategy import Context

Connect = Callable[[Context, Object], Object]
"""Answers a POST that stores nothing (reviews, token requests): takes the body, gives the answer. Raises StatusError."""


@dataclass(slots=True)
class Served:
    """One resource in one version. Virtual ones (reviews) have no store; *connects* answers their POSTs.

    *connects* maps a subresource (empty: the resource itself) to who answers POSTs to it.
    """

    kind: Kind
    store: Store | None
    connects: dict[str, Connect]
    document: Object | None = None  # the CRD it comes from

    @property
    def resource(self) -> Resource:
        """Its row."""
        return self.kind.resource


class Catalog:
    """All served resources by (group, version, plural)."""

    def __init__(self) -> None:
        self._served: dict[tuple[str, str, str], Served] = {}
        self.revision = 0  # grows with every change; documents built from the catalog are cached by it
        self.notes: dict[Any, Any] = {}  # documents built from this revision
        self.elsewhere: tuple[str, ...] = ()  # paths of group versions that a Service is to serve
        self.listeners: list[Callable[[], None]] = []  # called after each change

    def add(self, served: Served) -> None:
        """Serve one more resource, or the same one anew."""
        resource = served.resource
        self._served[resource.group, resource.version, resource.plural] = served
        self._changed()

    def remove(self, group: str, plural: str, keep: Iterable[str] = ()) -> None:
        """Stop to serve a resource, in all its versions but those to *keep*."""
        kept = set(keep)
        gone = [key for key in self._served if key[0] == group and key[2] == plural and key[1] not in kept]
        for key in gone:
            del self._served[key]
        if gone:
            self._changed()

    def lookup(self, group: str, version: str, plural: str) -> Served | None:
        """The resource at a path, if it is served."""
        return self._served.get((group, version, plural))

    def versions(self, group: str, plural: str) -> list[str]:
        """The versions in which a resource is served."""
        return [version for known, version, name in self._served if (known, name) == (group, plural)]

    def has_group_version(self, group: str, version: str) -> bool:
        """Whether anything is served there."""
        return any(key[0] == group and key[1] == version for key in self._served)

    def is_elsewhere(self, path: str) -> bool:
        """Whether a Service is to answer requests to a path."""
        return any(path == prefix or path.startswith(f"{prefix}/") for prefix in self.elsewhere)

    def resources(self) -> list[Resource]:
        """Every row."""
        return [served.resource for served in self._served.values()]

    def __iter__(self) -> Iterator[Served]:
        return iter(list(self._served.values()))

    def by_kind(self, group_version: GroupVersion, kind: str) -> Served | None:
        """The resource whose objects are of a kind (an owner reference names it so)."""
        for (group, version, _), served in self._served.items():
            if (group, version) == tuple(group_version) and served.resource.kind == kind and served.store:
                return served
        return None

    def stores(self) -> Iterator[Served]:
        """Each stored resource once, in its storage version."""
        seen: set[str] = set()
        for served in list(self._served.values()):
            store = served.store
            if store is not None and store.name not in seen:
                seen.add(store.name)
                yield Served(store.kind, store, served.connects, served.document)

    def _changed(self) -> None:
        self.revision += 1
        self.notes.clear()
        for listener in self.listeners:
            listener()
