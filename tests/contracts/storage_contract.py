"""What every Storage must do, wrappers included: functions that take a fresh one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from emulator.apiserver.storage.interface import (
    CompactedError,
    FutureRevisionError,
    Key,
    KeyExistsError,
    KeyNotFoundError,
    RevisionConflictError,
    Storage,
)

RESOURCE = "models.michelangelo.api"


def key(name: str, namespace: str = "ns") -> Key:
    return Key(RESOURCE, namespace, name)


def text(value: str) -> Callable[[int], bytes]:
    return lambda revision: f"{value}@{revision}".encode()


def put(storage: Storage, name: str, value: str = "v", namespace: str = "ns", **labels: str):
    return storage.create(key(name, namespace), text(value), labels, {})


def check_each_write_is_one_revision(storage: Storage) -> None:
    before = storage.revision
    first = put(storage, "a")
    second = storage.update(key("a"), text("w"), {}, {}, first.revision)
    gone = storage.delete(key("a"), text("w"), second.revision)
    assert [first.revision, second.revision, gone.revision] == [before + 1, before + 2, before + 3]
    assert storage.revision == storage.changed(RESOURCE) == before + 3
    assert gone.data == f"w@{before + 3}".encode()


def check_reads_give_the_last_write(storage: Storage) -> None:
    stored = put(storage, "a", x="1")
    assert storage.get(key("a")).data == stored.data
    assert storage.get(key("a")).labels == {"x": "1"}
    with pytest.raises(KeyNotFoundError):
        storage.get(key("b"))


def check_writes_compare_and_swap(storage: Storage) -> None:
    first = put(storage, "a")
    with pytest.raises(KeyExistsError):
        put(storage, "a")
    storage.update(key("a"), text("w"), {}, {}, first.revision)
    before = storage.revision
    with pytest.raises(RevisionConflictError):
        storage.update(key("a"), text("x"), {}, {}, first.revision)
    with pytest.raises(RevisionConflictError):
        storage.delete(key("a"), text("x"), first.revision)
    with pytest.raises(KeyNotFoundError):
        storage.delete(key("b"), text("x"), first.revision)
    assert storage.revision == before, "a refused write writes nothing"


def check_lists_are_sorted_and_paged(storage: Storage) -> None:
    for namespace, name in [("b", "x"), ("a", "z"), ("a", "y"), ("ab", "w"), ("c", "v")]:
        put(storage, name, namespace=namespace)
    everything = storage.list(RESOURCE)
    assert [tuple(item.key[1:]) for item in everything.items] == [
        ("a", "y"),
        ("a", "z"),
        ("ab", "w"),
        ("b", "x"),
        ("c", "v"),
    ]
    assert [item.key.name for item in storage.list(RESOURCE, "a").items] == ["y", "z"]
    page = storage.list(RESOURCE, limit=2)
    assert page.remaining == 3
    assert page.next == Key(RESOURCE, "ab", "w")
    rest = storage.list(RESOURCE, limit=3, start=page.next)
    assert [item.key.name for item in rest.items] == ["w", "x", "v"]
    assert rest.next is None


def check_lists_are_in_the_order_of_paths(storage: Storage) -> None:
    """As in etcd, where "a-b/x" sorts before "a/x": whole, in pages, by label, and as of an older revision."""
    places = [("a", "y"), ("a-b", "x"), ("a", "a.b-c"), ("a0", "w"), ("b", "v"), ("a", "a"), ("a-", "z")]
    for namespace, name in places:
        put(storage, name, namespace=namespace, x="1")
    then = storage.revision
    expected = sorted(f"{namespace}/{name}" for namespace, name in places)

    def paths(**asked: Any) -> list[str]:
        return [item.key.path for item in storage.list(RESOURCE, **asked).items]

    def pages(**asked: Any) -> list[str]:
        page = storage.list(RESOURCE, limit=1, **asked)
        found = [item.key.path for item in page.items]
        while page.next is not None:
            assert page.remaining == len(places) - len(found)
            page = storage.list(RESOURCE, limit=1, start=page.next, **asked)
            found += [item.key.path for item in page.items]
        return found

    assert expected[:2] == ["a-/z", "a-b/x"]
    assert paths() == paths(label=("x", "1")) == pages() == expected
    assert paths(namespace="a") == paths(namespace="a", label=("x", "1")) == ["a/a", "a/a.b-c", "a/y"]
    for gone in [key("x", "a-b"), key("y", "a")]:
        storage.delete(gone, text("v"), storage.get(gone).revision)
    assert paths(revision=then) == pages(revision=then) == expected
    assert paths(namespace="a", revision=then) == ["a/a", "a/a.b-c", "a/y"]
    assert paths() == [path for path in expected if path not in ("a-b/x", "a/y")]


def check_lists_select(storage: Storage) -> None:
    for name in "abcd":
        put(storage, name, even="yes" if name in "bd" else "no")
    page = storage.list(RESOURCE, select=lambda stored: stored.labels["even"] == "yes", limit=1)
    assert [item.key.name for item in page.items] == ["b"]
    assert page.next is not None
    rest = storage.list(RESOURCE, select=lambda stored: stored.labels["even"] == "yes", start=page.next)
    assert [item.key.name for item in rest.items] == ["d"]


def check_lists_of_the_past(storage: Storage) -> None:
    a = put(storage, "a", "old")
    put(storage, "b")
    then = storage.revision
    storage.update(key("a"), text("new"), {}, {}, a.revision)
    b = storage.get(key("b"))
    storage.delete(key("b"), text("v"), b.revision)
    put(storage, "c")
    past = storage.list(RESOURCE, revision=then)
    assert [item.data.partition(b"@")[0] for item in past.items] == [b"old", b"v"]
    assert [item.key.name for item in storage.list(RESOURCE).items] == ["a", "c"]
    paged = storage.list(RESOURCE, revision=then, limit=1)
    assert (paged.remaining, paged.next) == (1, key("b"))
    with pytest.raises(FutureRevisionError):
        storage.list(RESOURCE, revision=storage.revision + 1)


def check_events_follow_writes(storage: Storage) -> None:
    start = storage.revision
    first = put(storage, "a")
    second = storage.update(key("a"), text("w"), {}, {}, first.revision)
    storage.delete(key("a"), text("w"), second.revision)
    events = storage.events(RESOURCE, start)
    assert [event.type for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    assert [event.revision for event in events] == [start + 1, start + 2, start + 3]
    assert events[1].previous is not None
    assert events[1].previous.data == first.data
    assert not storage.events(RESOURCE, storage.revision)


def check_compaction_forgets(storage: Storage) -> None:
    put(storage, "a")
    then = storage.revision
    put(storage, "b")
    put(storage, "c")
    storage.compact(storage.revision)
    assert storage.compacted == storage.revision
    with pytest.raises(CompactedError):
        storage.events(RESOURCE, then)
    with pytest.raises(CompactedError):
        storage.list(RESOURCE, revision=then)
    assert len(storage.list(RESOURCE).items) == 3, "what is there stays there"


def check_waiting_ends_with_a_write(storage: Storage) -> None:
    async def scenario() -> None:
        after = storage.changed(RESOURCE)
        waiter = asyncio.ensure_future(storage.wait(RESOURCE, after))
        await asyncio.sleep(0)
        assert not waiter.done()
        storage.create(Key("others", "ns", "o"), text("v"), {}, {})
        await asyncio.sleep(0)
        assert not waiter.done(), "another resource's write is no event here"
        put(storage, "a")
        await asyncio.wait_for(waiter, 1)
        await asyncio.wait_for(storage.wait(RESOURCE, after), 1)

    asyncio.run(scenario())


def check_observers_are_told(storage: Storage) -> None:
    seen: list[str] = []
    stop = storage.subscribe(lambda event: seen.append(event.type))
    put(storage, "a")
    stop()
    put(storage, "b")
    assert seen == ["ADDED"]


CHECKS = [value for name, value in sorted(globals().items()) if name.startswith("check_")]
