"""Pass-through wrappers of each seam: a lie overrides one method of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.strategy import Admission, Context
from emulator.apiserver.storage.interface import Encode, Event, Key, Page, Select, Storage, Stored


class AdmissionWrapper:
    """Admission as it is."""

    def __init__(self, inner: Admission) -> None:
        self.inner = inner

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """As the honest one."""
        self.inner.admit(operation, context, obj, old)

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """As the honest one."""
        self.inner.validate(operation, context, obj, old)


class StorageWrapper:
    """A storage as it is; it passes the storage contract."""

    def __init__(self, inner: Storage) -> None:
        self.inner = inner

    @property
    def revision(self) -> int:
        """As the honest one."""
        return self.inner.revision

    @property
    def compacted(self) -> int:
        """As the honest one."""
        return self.inner.compacted

    def get(self, key: Key) -> Stored:
        """As the honest one."""
        return self.inner.get(key)

    def create(self, key: Key, encode: Encode, labels: Mapping[str, str], fields: Mapping[str, str]) -> Stored:
        """As the honest one."""
        return self.inner.create(key, encode, labels, fields)

    def update(
        self, key: Key, encode: Encode, labels: Mapping[str, str], fields: Mapping[str, str], expected: int
    ) -> Stored:
        """As the honest one."""
        return self.inner.update(key, encode, labels, fields, expected)

    def delete(self, key: Key, encode: Encode, expected: int) -> Stored:
        """As the honest one."""
        return self.inner.delete(key, encode, expected)

    def list(
        self,
        resource: str,
        namespace: str = "",
        *,
        revision: int | None = None,
        start: Key | None = None,
        limit: int = 0,
        select: Select | None = None,
        label: tuple[str, str] | None = None,
    ) -> Page:
        """As the honest one."""
        return self.inner.list(
            resource, namespace, revision=revision, start=start, limit=limit, select=select, label=label
        )

    def count(self, resource: str) -> int:
        """As the honest one."""
        return self.inner.count(resource)

    def changed(self, resource: str) -> int:
        """As the honest one."""
        return self.inner.changed(resource)

    def events(self, resource: str, after: int) -> Sequence[Event]:
        """As the honest one."""
        return self.inner.events(resource, after)

    async def wait(self, resource: str, after: int) -> None:
        """As the honest one."""
        await self.inner.wait(resource, after)

    def subscribe(self, notify: Callable[[Event], None]) -> Callable[[], None]:
        """As the honest one."""
        return self.inner.subscribe(notify)

    def compact(self, revision: int) -> None:
        """As the honest one."""
        self.inner.compact(revision)
