"""Watches of a server in the test's own process, by clients whose connections can be stuck."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from contracts.front_door import FrontDoor

from emulator.apiserver.endpoints.crowd import PART_BYTES
from emulator.apiserver.endpoints.handlers import watch
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.strategy import Context


class Client:
    """A client that watches; its connection takes nothing while it is not free."""

    def __init__(self, path: str, query: str) -> None:
        self._scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "http_version": "1.1"}
        self._scope |= {"query_string": query.encode(), "headers": [(b"authorization", b"Bearer admin-token")]}
        self._asked = False
        self._data = b""
        self._came = asyncio.Event()
        self.largest = 0  # of the pieces that came
        self.free = asyncio.Event()
        self.free.set()

    async def run(self, application) -> None:
        await application(self._scope, self.receive, self.send)

    async def receive(self):
        if self._asked:
            await asyncio.Event().wait()
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message) -> None:
        await self.free.wait()
        self._take(message.get("body", b""))

    def answer(self, head: bytes, body: bytes) -> bool:
        return False

    def write(self, chunk: bytes) -> bool:
        if self.free.is_set():
            self._take(chunk.partition(b"\r\n")[2].removesuffix(b"\r\n"))
        return self.free.is_set()

    def _take(self, data: bytes) -> None:
        self._data += data
        self.largest = max(self.largest, len(data))
        self._came.set()

    async def until(self, name: str) -> list[str]:
        """Whose turn came, bookmarks left out, until it was that of a name."""
        while (seen := self.names())[-1:] != [name]:
            self._came.clear()
            await asyncio.wait_for(self._came.wait(), 20)
        return seen

    def names(self) -> list[str]:
        """Whose turn came."""
        events = [json.loads(line) for line in self._data.splitlines()]
        return [event["object"]["metadata"]["name"] for event in events if event["type"] != "BOOKMARK"]


class Server:
    """ConfigMaps of a fresh server, and who watches them."""

    def __init__(self, assembly) -> None:
        self._assembly = assembly
        self._store = assembly.store("", "v1", "configmaps")
        self._watches: list[asyncio.Task] = []

    async def watch(self, namespace: str = "", **options: str) -> Client:
        """A client that watches from now on."""
        path = f"/api/v1/namespaces/{namespace}/configmaps" if namespace else "/api/v1/configmaps"
        options |= {"watch": "1", "resourceVersion": str(self._assembly.storage.revision)}
        client = Client(path, "&".join(f"{name}={value}" for name, value in options.items()))
        self._watches.append(asyncio.ensure_future(client.run(self._assembly.application)))
        await asyncio.sleep(0)
        return client

    def make(self, name: str, namespace: str = "default", data: str = "", **labels: str) -> None:
        """Create a ConfigMap."""
        obj = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"data": data}}
        obj["metadata"] = {"name": name, "namespace": namespace, "labels": labels}
        context = Context(self._store.kind.resource, namespace, SYSTEM, "2026-01-01T00:00:00Z", name=name)
        self._store.create(context, self._store.kind, obj)

    async def stop(self) -> None:
        for task in self._watches:
            task.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)


@pytest.fixture(scope="module")
def door():
    door = FrontDoor()
    yield door
    door.close()


@asynccontextmanager
async def serving(door):
    server = Server(door.assembly)
    try:
        yield server
    finally:
        await server.stop()


@pytest.mark.parametrize("turns", range(8))
def test_a_bookmark_comes_after_what_it_stands_for(door, monkeypatch, turns):
    """A reminder that meets news and a stuck connection does not pass over the news, whatever the loop does first."""
    monkeypatch.setattr(watch, "BOOKMARK_SECONDS", 0.0)

    async def run() -> list[str]:
        async with serving(door) as server:
            client = await server.watch(allowWatchBookmarks="true")
            for _ in range(20 + turns):
                await asyncio.sleep(0)
            client.free.clear()
            server.make(f"missed-{turns}")
            await asyncio.sleep(0.01)
            client.free.set()
            server.make(f"last-{turns}")
            return await client.until(f"last-{turns}")

    assert asyncio.run(run()) == [f"missed-{turns}", f"last-{turns}"]


@pytest.mark.parametrize(
    ("namespace", "options", "seen"),
    [
        ("", {}, "first one two public-one last"),
        ("default", {}, "first one two last"),
        ("default", {"fieldSelector": "metadata.name%3Done"}, "one"),
        ("default", {"fieldSelector": "metadata.name%3Done,metadata.namespace%3Dkube-public"}, ""),
        ("", {"fieldSelector": "metadata.name%3Dpublic-one"}, "public-one"),
        ("", {"fieldSelector": "metadata.namespace%3Dkube-public"}, "public-one"),
        ("", {"fieldSelector": "metadata.name!%3Done"}, "first two public-one last"),
        ("", {"labelSelector": "tier%3Dgold"}, "two public-one"),
        ("kube-public", {"labelSelector": "tier%3Dbase"}, ""),
    ],
)
def test_each_sees_their_own(namespace, options, seen):
    """By namespace, by name, by both, by label, next to somebody who sees everything: what is theirs, in order, once."""

    async def run(door) -> list[str]:
        async with serving(door) as server:
            everything = await server.watch()
            client = await server.watch(namespace, **options)
            server.make("first")
            await everything.until("first")
            server.make("one")
            server.make("two", tier="gold")
            server.make("public-one", "kube-public", tier="gold")
            await everything.until("public-one")
            server.make("last")
            assert await everything.until("last") == ["first", "one", "two", "public-one", "last"]
            return client.names()

    door = FrontDoor()
    try:
        assert asyncio.run(run(door)) == seen.split()
    finally:
        door.close()


@pytest.mark.parametrize("stuck", [True, False])
def test_much_comes_a_part_at_a_time(door, stuck):
    """Neither who was stuck, nor who watches a busy log, is handed everything at once: buffers stay as small as parts are."""
    names = [f"part-{stuck}-{number}".lower() for number in range(40)]

    async def run() -> tuple[list[str], int]:
        async with serving(door) as server:
            client = await server.watch()
            if stuck:
                client.free.clear()
            for name in names:
                server.make(name, data="x" * 20_000)
            await asyncio.sleep(0.01)
            client.free.set()
            return await client.until(names[-1]), client.largest

    seen, largest = asyncio.run(run())
    assert seen == names
    assert largest < PART_BYTES + 25_000
