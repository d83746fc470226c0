"""The whole contents of a storage as a value, and making a storage hold given contents.

Restoring writes like any client: watchers see what changes, and revisions go on. What is equal is not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.storage.interface import Encode, Key, KeyNotFoundError, Storage

# Definitions come first and go last, namespaces between them and what they hold.
_FIRST = ("customresourcedefinitions.apiextensions.k8s.io", "namespaces")


class Entry(NamedTuple):
    """One object as it is stored."""

    key: Key
    data: bytes
    labels: Mapping[str, str]
    fields: Mapping[str, str]


def capture(storage: Storage) -> list[Entry]:
    """Everything that is stored."""
    return [
        Entry(stored.key, stored.data, stored.labels, stored.fields)
        for resource in storage.resources()
        for stored in storage.list(resource).items
    ]


def restore(storage: Storage, entries: Iterable[Entry]) -> int:
    """Make the storage hold exactly these objects; how many were written or removed."""
    wanted = {entry.key: entry for entry in entries}
    written = 0
    for entry in sorted(wanted.values(), key=lambda entry: _rank(entry.key)):
        written += _put(storage, entry)
    there = [stored for resource in storage.resources() for stored in storage.list(resource).items]
    for stored in sorted(there, key=lambda stored: _rank(stored.key), reverse=True):
        if stored.key not in wanted:
            storage.delete(stored.key, _encoder(stored.data), stored.revision)
            written += 1
    return written


def _put(storage: Storage, entry: Entry) -> bool:
    try:
        present = storage.get(entry.key)
    except KeyNotFoundError:
        storage.create(entry.key, _encoder(entry.data), entry.labels, entry.fields)
        return True
    if _content(present.data) == _content(entry.data):
        return False
    storage.update(entry.key, _encoder(entry.data), entry.labels, entry.fields, present.revision)
    return True


def _content(data: bytes) -> object:
    """An object without its resourceVersion."""
    obj = codec.load(data)
    obj.get("metadata", {}).pop("resourceVersion", None)
    return obj


def _encoder(data: bytes) -> Encode:
    obj = codec.load(data)

    def encode(revision: int) -> bytes:
        obj["metadata"]["resourceVersion"] = str(revision)
        return codec.encode(obj)

    return encode


def _rank(key: Key) -> tuple[int, Key]:
    return (_FIRST.index(key.resource) if key.resource in _FIRST else len(_FIRST), key)
