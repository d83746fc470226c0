"""Objects in memory: a sorted table and an event log per resource.

Theory of operation. Each resource has a table of its current versions and a log of its events. A watcher is a position in
the log (a revision), not a queue: ordering, no loss and no duplicates hold by construction, and a slow watcher costs an
integer. A listing as of an older revision is the current table with the newer events of the log undone. The log forgets
its oldest events when it grows over ``window`` of them; whoever asks for older ones is told CompactedError.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import merge

from sortedcontainers import SortedDict

from emulator.apiserver.storage.interface import (
    CompactedError,
    Encode,
    Event,
    FutureRevisionError,
    Key,
    KeyExistsError,
    KeyNotFoundError,
    Page,
    RevisionConflictError,
    Select,
    Stored,
)

DEFAULT_WINDOW_EVENTS = 10_000
_LAST = "\U0010ffff"  # sorts behind every path
_BEHIND_SLASH = chr(ord("/") + 1)  # ends what begins with "namespace/"


MAX_INDEXES = 16


class _Table:
    """One resource: its objects by path, and its recent events."""

    __slots__ = ("changed", "events", "forgotten", "indexes", "objects", "revisions", "snapshot", "waiters")

    def __init__(self) -> None:
        self.objects: SortedDict = SortedDict()  # Key.path -> Stored
        self.events: list[Event] = []
        self.revisions: list[int] = []  # of the events, for bisection
        self.forgotten = 0  # the revision of the newest event that was dropped from the log
        self.changed = 0
        self.indexes: dict[str, dict[str, SortedDict]] = {}  # by label key and value, of keys that were asked for
        self.waiters: list[asyncio.Future[None]] = []
        self.snapshot: dict[str, tuple[int, Sequence[Stored]]] = {}  # whole listings, by namespace, as of `changed`

    def labelled(self, label: tuple[str, str]) -> SortedDict | None:
        """The objects that have a label; from the first question on, the key's labels are kept as an index.

        None when so many keys were asked for that another index is not worth its upkeep.
        """
        index = self.indexes.get(label[0])
        if index is None:
            if len(self.indexes) >= MAX_INDEXES:
                return None
            index = self.indexes[label[0]] = {}
            for stored in self.objects.values():
                self.add(index, label[0], stored)
        return index.get(label[1]) or SortedDict()

    @staticmethod
    def add(index: dict[str, SortedDict], name: str, stored: Stored) -> None:
        """Note an object in the index of a label's key."""
        value = stored.labels.get(name)
        if value is not None:
            index.setdefault(value, SortedDict())[stored.key.path] = stored

    def reindex(self, previous: Stored | None, stored: Stored | None) -> None:
        """Keep the indexes in step with a write."""
        for name, index in self.indexes.items():
            if previous is not None and (value := previous.labels.get(name)) is not None:
                del index[value][previous.key.path]
            if stored is not None:
                self.add(index, name, stored)

    def after(self, revision: int) -> Sequence[Event]:
        """Events newer than a revision."""
        return self.events[bisect_right(self.revisions, revision) :]


class MemoryStorage:
    """The storage that lives and dies with the process."""

    def __init__(self, window_events: int = DEFAULT_WINDOW_EVENTS) -> None:
        self._tables: dict[str, _Table] = {}
        self._revision = 1
        self._compacted = 0
        self._window = window_events
        self._observers: list[Callable[[Event], None]] = []

    @property
    def revision(self) -> int:
        """The revision of the last write."""
        return self._revision

    @property
    def compacted(self) -> int:
        """The oldest revision that can be asked for."""
        return self._compacted

    def get(self, key: Key) -> Stored:
        """The current version. Raises KeyNotFoundError."""
        try:
            stored: Stored = self._tables[key.resource].objects[key.path]
        except KeyError:
            raise KeyNotFoundError(key) from None
        return stored

    def create(self, key: Key, encode: Encode, labels: Mapping[str, str], fields: Mapping[str, str]) -> Stored:
        """Write a new key. Raises KeyExistsError."""
        table, path = self._table(key.resource), key.path
        if path in table.objects:
            raise KeyExistsError(key)
        revision = self._revision + 1
        stored = Stored(key, encode(revision), revision, revision, labels, fields)
        table.objects[path] = stored
        self._commit(table, Event("ADDED", revision, stored, None))
        return stored

    def update(
        self, key: Key, encode: Encode, labels: Mapping[str, str], fields: Mapping[str, str], expected: int
    ) -> Stored:
        """Replace a version that is still current. Raises KeyNotFoundError, RevisionConflictError."""
        table, previous = self._expect(key, expected)
        revision = self._revision + 1
        stored = Stored(key, encode(revision), revision, previous.created, labels, fields)
        table.objects[key.path] = stored
        self._commit(table, Event("MODIFIED", revision, stored, previous))
        return stored

    def delete(self, key: Key, encode: Encode, expected: int) -> Stored:
        """Remove a version that is still current. Raises KeyNotFoundError, RevisionConflictError."""
        table, previous = self._expect(key, expected)
        revision = self._revision + 1
        stored = Stored(key, encode(revision), revision, previous.created, previous.labels, previous.fields)
        del table.objects[key.path]
        self._commit(table, Event("DELETED", revision, stored, previous))
        return stored

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
        """Objects by path, as of a revision. Raises CompactedError, FutureRevisionError."""
        self._check(revision)
        table = self._table(resource)
        now = self._revision
        undone: Mapping[str, Stored | None] = {}
        if revision is not None and revision < table.changed:
            undone = self._undo(table, revision)
        if not undone and start is None and not limit:
            whole = self._whole(table, namespace, label)
            items = [stored for stored in whole if select(stored)] if select else whole
            return Page(items, None, 0, revision or now)
        if label is not None:
            select = _labelled(label, select)
        if not undone and select is None:
            return self._slice(table, namespace, start, limit, revision or now)
        return self._page(table, namespace, undone, start, limit, select, revision or now)

    def count(self, resource: str) -> int:
        """How many objects of a resource there are."""
        table = self._tables.get(resource)
        return len(table.objects) if table else 0

    def changed(self, resource: str) -> int:
        """The revision of the last write to a resource."""
        table = self._tables.get(resource)
        return table.changed if table else 0

    def events(self, resource: str, after: int) -> Sequence[Event]:
        """Events after a revision. Raises CompactedError."""
        table = self._table(resource)
        if after < self._compacted or after < table.forgotten:
            raise CompactedError(after)
        if after >= table.changed:
            return ()
        return table.after(after)

    async def wait(self, resource: str, after: int) -> None:
        """Return once a resource has an event after *after*."""
        table = self._table(resource)
        if table.changed > after:
            return
        waiter = asyncio.get_running_loop().create_future()
        table.waiters.append(waiter)
        try:
            await waiter
        finally:
            if waiter.cancelled() and waiter in table.waiters:
                table.waiters.remove(waiter)

    def subscribe(self, notify: Callable[[Event], None]) -> Callable[[], None]:
        """Call *notify* after each write; the answer ends it."""
        self._observers.append(notify)
        return lambda: self._observers.remove(notify)

    def compact(self, revision: int) -> None:
        """Forget what happened before *revision*."""
        self._compacted = max(self._compacted, min(revision, self._revision))
        for table in self._tables.values():
            cut = bisect_right(table.revisions, self._compacted)
            if cut:
                table.forgotten = table.revisions[cut - 1]
                del table.events[:cut], table.revisions[:cut]

    def _table(self, resource: str) -> _Table:
        table = self._tables.get(resource)
        if table is None:
            table = self._tables[resource] = _Table()
        return table

    def _expect(self, key: Key, expected: int) -> tuple[_Table, Stored]:
        previous = self.get(key)
        if previous.revision != expected:
            raise RevisionConflictError(key)
        return self._tables[key.resource], previous

    def _commit(self, table: _Table, event: Event) -> None:
        self._revision = table.changed = event.revision
        if table.indexes:
            table.reindex(event.previous, event.stored if event.type != "DELETED" else None)
        table.events.append(event)
        table.revisions.append(event.revision)
        if len(table.events) > self._window * 5 // 4:  # in batches, so that forgetting costs nothing per write
            cut = len(table.events) - self._window
            table.forgotten = table.revisions[cut - 1]
            del table.events[:cut], table.revisions[:cut]
        if table.waiters:
            waiters, table.waiters = table.waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
        for notify in self._observers:
            notify(event)

    def _check(self, revision: int | None) -> None:
        if revision is None:
            return
        if revision > self._revision:
            raise FutureRevisionError(revision)
        if revision < self._compacted:
            raise CompactedError(revision)

    def _undo(self, table: _Table, revision: int) -> Mapping[str, Stored | None]:
        if revision < table.forgotten:
            raise CompactedError(revision)
        return {event.stored.key.path: event.previous for event in reversed(table.after(revision))}

    def _whole(self, table: _Table, namespace: str, label: tuple[str, str] | None = None) -> Sequence[Stored]:
        found = table.labelled(label) if label is not None else None
        if found is not None:
            return _within(found, namespace)
        if label is not None:
            return list(filter(_labelled(label, None), self._whole(table, namespace)))
        cached = table.snapshot.get(namespace)
        if cached is not None and cached[0] == table.changed:
            return cached[1]
        whole = _within(table.objects, namespace)
        if len(table.snapshot) > 64:
            table.snapshot.clear()
        table.snapshot[namespace] = (table.changed, whole)
        return whole

    def _slice(self, table: _Table, namespace: str, start: Key | None, limit: int, revision: int) -> Page:
        """A page of everything that is there now: no key is looked at twice."""
        objects = table.objects
        low, high = _bounds(namespace, start)
        begin, end = objects.bisect_left(low), objects.bisect_left(high)
        stop = min(begin + limit, end) if limit else end
        items = [objects[path] for path in objects.islice(begin, stop)]
        following = objects.peekitem(stop)[1].key if stop < end else None
        return Page(items, following, max(end - stop, 0), revision)

    def _page(
        self,
        table: _Table,
        namespace: str,
        undone: Mapping[str, Stored | None],
        start: Key | None,
        limit: int,
        select: Select | None,
        revision: int,
    ) -> Page:
        low, high = _bounds(namespace, start)
        items: list[Stored] = []
        for path in _paths(table, undone, low, high):
            stored = undone[path] if path in undone else table.objects[path]
            if stored is None or (select is not None and not select(stored)):
                continue
            if limit and len(items) == limit:
                return Page(items, stored.key, _count(table, undone, path, high), revision)
            items.append(stored)
        return Page(items, None, 0, revision)


def _bounds(namespace: str, start: Key | None = None) -> tuple[str, str]:
    """The first path of a listing, and the first behind it."""
    low = start.path if start is not None else f"{namespace}/" if namespace else ""
    return low, namespace + _BEHIND_SLASH if namespace else _LAST


def _within(objects: SortedDict, namespace: str) -> Sequence[Stored]:
    """All objects, or those of one namespace, in order."""
    if not namespace:
        return list(objects.values())
    low, high = _bounds(namespace)
    return [objects[path] for path in objects.irange(low, high, (True, False))]


def _labelled(label: tuple[str, str], select: Select | None) -> Select:
    """A selection of what has a label, and of what *select* takes of it."""
    name, value = label
    if select is None:
        return lambda stored: stored.labels.get(name) == value
    return lambda stored: stored.labels.get(name) == value and select(stored)


def _paths(table: _Table, undone: Mapping[str, Stored | None], low: str, high: str) -> Iterator[str]:
    """Paths of now and of then between two bounds, in order, without repeats."""
    current = table.objects.irange(low, high, (True, False))
    if not undone:
        yield from current
        return
    gone = sorted(path for path in undone if path not in table.objects and low <= path < high)
    yield from merge(current, gone)


def _count(table: _Table, undone: Mapping[str, Stored | None], low: str, high: str) -> int:
    """How many objects there were between two bounds."""
    now = table.objects.bisect_left(high) - table.objects.bisect_left(low)
    for path, previous in undone.items():
        if low <= path < high:
            now += (previous is not None) - (path in table.objects)
    return int(now)
