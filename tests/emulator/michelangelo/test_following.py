"""Following a resource through everything that a watch can meet, on a server that does what it is told."""

from __future__ import annotations

import asyncio
import json

import pytest

from emulator.michelangelo import retrying
from emulator.michelangelo.client import Access, KubeClient, Resource

THINGS = Resource("", "v1", "things")


def line(sort: str, revision: str, name: str = "a") -> str:
    return json.dumps({"type": sort, "object": {"metadata": {"name": name, "resourceVersion": revision}}})


EXPIRED = json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}})

CAUSES = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
FUTURE = json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": 504, "details": {"causes": CAUSES}}})


class Scripted:
    """An API server whose watches answer what a script says: lines, or a status code. Then it says nothing more."""

    def __init__(self, *watches) -> None:
        self.watches = list(watches)
        self.lists = 0
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = head.split(b" ")[1].decode()
                if "watch=true" not in target:
                    self.lists += 1
                    body = json.dumps({"metadata": {"resourceVersion": f"{self.lists}00"}, "items": []}).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
                    await writer.drain()
                    continue
                self.asked.append(target.partition("resourceVersion=")[2].partition("&")[0])
                script = self.watches.pop(0) if self.watches else None
                if isinstance(script, int):
                    body = json.dumps({"code": script, "message": "told to"}).encode()
                    writer.write(b"HTTP/1.1 %d No\r\ncontent-length: %d\r\n\r\n%s" % (script, len(body), body))
                    await writer.drain()
                    continue
                text = "".join(f"{one}\n" for one in script or ()).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + text)
                await writer.drain()
                if script is None:
                    await asyncio.sleep(30)
                break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def followed(server: Scripted, until: int, seconds: float = 10) -> list[tuple[str, str]]:
    """What a client hears: the first so many reports, as sort and resourceVersion."""

    async def run() -> list[tuple[str, str]]:
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        kube = KubeClient(Access(f"http://127.0.0.1:{port}"))
        heard: list[tuple[str, str]] = []
        try:
            async with asyncio.timeout(seconds):
                async for sort, obj in kube.follow(THINGS):
                    heard.append((sort, obj["metadata"]["resourceVersion"]))
                    if len(heard) == until:
                        return heard
        except TimeoutError:
            pass
        finally:
            await kube.close()
            listener.close()
        return heard

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    monkeypatch.setattr(retrying, "BACKOFF_SECONDS", (0.01, 0.02, 0.05))


def test_a_watch_that_ends_is_resumed_where_it_was():
    """From the last event or bookmark, without another list; bookmarks are not reported."""
    server = Scripted(
        [line("ADDED", "101"), line("BOOKMARK", "150")], [line("MODIFIED", "151")], [line("DELETED", "152")]
    )
    assert followed(server, 4) == [("SYNC", "100"), ("ADDED", "101"), ("MODIFIED", "151"), ("DELETED", "152")]
    assert (server.lists, server.asked) == (1, ["100", "150", "151"])


@pytest.mark.parametrize("expired", [[EXPIRED], [FUTURE], 410, ["{half an eve"]])
def test_a_lost_position_starts_over_with_a_list(expired):
    """410 as an event or as an answer, a version that the server has lost, or half an event: list again, then watch from there."""
    server = Scripted([line("ADDED", "101")], expired, [line("ADDED", "201")])
    assert followed(server, 4) == [("SYNC", "100"), ("ADDED", "101"), ("SYNC", "200"), ("ADDED", "201")]
    assert server.asked == ["100", "101", "200"]


def test_a_server_in_trouble_is_waited_for():
    """Refusals do not lose the position."""
    server = Scripted(503, 500, 403, [line("ADDED", "101")])
    assert followed(server, 2) == [("SYNC", "100"), ("ADDED", "101")]
    assert (server.lists, server.asked) == (1, ["100"] * 4)


def test_watches_that_end_at_once_do_not_make_it_spin():
    """A server that ends every watch at once is asked a handful of times, not hundreds."""
    server = Scripted(*([[]] * 1000))
    followed(server, 99, seconds=0.5)
    assert 2 <= len(server.asked) <= 30
