"""Bytes under keys and one event log: what the registry asks of a storage.

A key is (resource, namespace, name), the resource being ``plural.group``. Storage knows no Kubernetes rules and decodes
nothing: labels and selectable fields are handed to it beside the bytes, so that lists and watches can select without
decoding. Everything but waiting is synchronous: on one event loop each call is atomic, and that is the concurrency design.

One revision per write. ``revision`` is this room's integer; clients see it as the opaque string ``resourceVersion``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

EventType = Literal["ADDED", "MODIFIED", "DELETED"]


class Key(NamedTuple):
    """Where an object lives; namespace is empty for cluster-scoped resources."""

    resource: str
    namespace: str
    name: str

    @property
    def path(self) -> str:
        """Where the object stands among those of its resource: etcd sorts these, so ``a-b`` comes before ``a``."""
        return f"{self.namespace}/{self.name}"


class Stored:
    """One version of one object: its encoded bytes, and what selectors ask about it."""

    __slots__ = ("created", "data", "fields", "key", "labels", "revision", "views")

    def __init__(
        self, key: Key, data: bytes, revision: int, created: int, labels: Mapping[str, str], fields: Mapping[str, str]
    ) -> None:
        self.key = key
        self.data = data
        self.revision = revision
        self.created = created  # the revision at which this key was created
        self.labels = labels
        self.fields = fields
        self.views: dict[object, Any] | None = None  # other encodings of this version, filled by readers


@dataclass(slots=True)
class Event:
    """One write: what is there after it, and what was there before it.

    For DELETED *stored* is the last state, encoded with the revision of the deletion.
    """

    type: EventType
    revision: int
    stored: Stored
    previous: Stored | None
    frames: dict[object, bytes] = field(default_factory=dict, compare=False)  # encoded watch frames, shared by watchers


class Page(NamedTuple):
    """A stretch of a listing: items, where to go on (None at the end), and how many are left behind it."""

    items: Sequence[Stored]
    next: Key | None
    remaining: int
    revision: int


class StorageError(Exception):
    """Root of this room's errors."""


class KeyNotFoundError(StorageError):
    """There is nothing under the key."""


class KeyExistsError(StorageError):
    """There is something under the key already."""


class RevisionConflictError(StorageError):
    """Somebody wrote between the caller's read and its write."""


class CompactedError(StorageError):
    """The asked revision is older than what is remembered."""


class FutureRevisionError(StorageError):
    """The asked revision has not happened yet."""


Encode = Callable[[int], bytes]
"""Encodes an object for the revision that its write gets."""

Select = Callable[[Stored], bool]


class Storage(Protocol):
    """What every storage, and every wrapper of one, does. ``tests/contracts/storage.py`` is the contract."""

    @property
    def revision(self) -> int:
        """The revision of the last write; starts at 1."""
        ...

    @property
    def compacted(self) -> int:
        """Reads and watches at revisions below this one raise CompactedError."""
        ...

    def get(self, key: Key) -> Stored:
        """The current version. Raises KeyNotFoundError."""
        ...

    def create(self, key: Key, encode: Encode, labels: Mapping[str, str], fields: Mapping[str, str]) -> Stored:
        """Write a new key. Raises KeyExistsError."""
        ...

    def update(
        self, key: Key, encode: Encode, labels: Mapping[str, str], fields: Mapping[str, str], expected: int
    ) -> Stored:
        """Replace *key* if its revision is still *expected*. Raises KeyNotFoundError, RevisionConflictError."""
        ...

    def delete(self, key: Key, encode: Encode, expected: int) -> Stored:
        """Remove *key* if its revision is still *expected*; *encode* gives the last state as watchers see it.

        Raises KeyNotFoundError, RevisionConflictError.
        """
        ...

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
        """Objects of a resource (of one namespace, when given) by Key.path, as of *revision* (default: now).

        Only those that have *label* and that *select* takes; at most *limit* (0: all) of them, from *start* on
        (inclusive). Page.remaining counts the keys behind the page without selecting.

        Raises CompactedError, FutureRevisionError.
        """
        ...

    def count(self, resource: str) -> int:
        """How many objects of a resource there are."""
        ...

    def changed(self, resource: str) -> int:
        """The revision of the last write to a resource (0: never written); caches compare it."""
        ...

    def events(self, resource: str, after: int) -> Sequence[Event]:
        """Every event of a resource after a revision, oldest first. Raises CompactedError."""
        ...

    async def wait(self, resource: str, after: int) -> None:
        """Return once a resource has an event after *after*."""
        ...

    def subscribe(self, notify: Callable[[Event], None]) -> Callable[[], None]:
        """Call *notify* synchronously after each write; the answer ends it. For the server's own indexes only."""
        ...

    def compact(self, revision: int) -> None:
        """Forget what happened before *revision*."""
        ...
