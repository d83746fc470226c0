"""Open watches, made cheap: a thousand of them and the server share two cores."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import load
from load import Connection, Request

BUFFER = bytearray(1 << 19)  # of whichever watcher is being read; the first byte is the last one of its read before
BRACE = ord("}")
LIMIT_SECONDS = 60.0


class Watcher(asyncio.BufferedProtocol):
    """One open stream; counts the frames that come: lines that end an object, the only ones without a carriage return."""

    def __init__(self, request: Request, seen: Callable[[int, int], None]) -> None:
        self._request, self._seen = request, seen
        self._frames = 0
        self._last = 0
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        transport.write(self._request.wire())

    def get_buffer(self, _: int) -> memoryview:
        return memoryview(BUFFER)[1:]

    def buffer_updated(self, size: int) -> None:
        if not self.opened.done():
            assert BUFFER.startswith(b"HTTP/1.1 200", 1), bytes(BUFFER[1 : size + 1])
            self.opened.set_result(None)
        BUFFER[0], self._last = self._last, BUFFER[size]
        before = self._frames
        at = BUFFER.find(b"\n", 1, size + 1)  # by memchr: `count` takes four times as long, and more than TLS does
        while at > 0:
            self._frames += BUFFER[at - 1] == BRACE
            at = BUFFER.find(b"\n", at + 1, size + 1)
        if self._frames > before:
            self._seen(before, self._frames)


async def watch(request: Request, seen: Callable[[int, int], None]) -> Watcher:
    """Open a stream; *seen* is told how many frames there were before a read and after it."""
    where, loop = urlsplit(request.url), asyncio.get_running_loop()
    _, watcher = await loop.create_connection(
        lambda: Watcher(request, seen), where.hostname, where.port, ssl=load.insecure()
    )
    await watcher.opened
    return watcher


@contextmanager
def undisturbed() -> Iterator[None]:
    """No looking for garbage here: with a thousand connections that takes longer than what is measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Stream:
    """Writes that keep coming, and when watchers see them."""

    def __init__(self) -> None:
        self._watchers: list[Watcher] = []
        self._reads: list[tuple[float, list[float], int, int]] = []
        self._left = 0  # frames that are not seen yet
        self._all_seen = asyncio.Event()

    async def watch(self, request: Request, sent: list[float]) -> None:
        """Watch what is written at the times of *sent*."""

        def seen(before: int, after: int) -> None:
            self._reads.append((time.perf_counter(), sent, before, after))
            self._left -= after - before
            if not self._left:
                self._all_seen.set()

        self._watchers.append(await watch(request, seen))

    async def write(
        self, url: str, writes: Sequence[tuple[bytes, list[float]]], per_second: float, frames: int
    ) -> float:
        """Send each write when it is due, noting the time, until *frames* are seen; the answer is the writes per second that came."""
        self._left = frames
        writer = await Connection.open(url)

        async def answers() -> None:
            for _ in writes:
                status, answer = await writer.answer()
                assert status == 200, answer

        with undisturbed():
            answered = asyncio.ensure_future(answers())
            begun = time.perf_counter()
            for number, (wire, sent) in enumerate(writes):  # whether or not the ones before are answered
                if (left := begun + number / per_second - time.perf_counter()) > 0:
                    await asyncio.sleep(left)
                sent.append(time.perf_counter())
                writer.send(wire)
            await asyncio.wait_for(answered, LIMIT_SECONDS)
            rate = len(writes) / (time.perf_counter() - begun)
            await asyncio.wait_for(self._all_seen.wait(), LIMIT_SECONDS)
        writer.close()
        for watcher in self._watchers:
            watcher.transport.abort()
        return rate

    def took(self) -> list[float]:
        """Seconds from a write to its being seen, of every write and watcher."""
        return [now - sent[index] for now, sent, before, after in self._reads for index in range(before, after)]
