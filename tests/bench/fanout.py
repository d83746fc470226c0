"""Watches: how long after a write the last of many watchers has seen it; and when writes keep coming."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import load
from cases import SMALL, TOKEN, collection
from load import Connection, Request
from rates import Rates, make_namespace
from report import Row

WATCHERS = (1, 100, 1000)
ROUNDS = {1: 100, 100: 50, 1000: 20}
STREAM_SECONDS = 4.0
STREAM_LIMIT_SECONDS = 60.0
WRITES_PER_SECOND = 500
STREAM_AIM_MS = 100.0


class _Watcher(asyncio.Protocol):
    """One open stream; counts the frames that come."""

    def __init__(self, request: Request, seen: Callable[[int, int], None]) -> None:
        self._request, self._seen = request, seen
        self.frames = 0
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        transport.write(self._request.wire())

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            assert data.startswith(b"HTTP/1.1 200"), data
            self.opened.set_result(None)
        if arrived := data.count(b"}\n"):
            self._seen(self.frames, arrived)
            self.frames += arrived


async def _watch(request: Request, number: int, seen: Callable[[int, int], None]) -> list[_Watcher]:
    """Open streams, some at a time."""
    loop, where, context = asyncio.get_running_loop(), urlsplit(request.url), load.insecure()
    watchers: list[_Watcher] = []
    for _ in range(number):
        _, watcher = await loop.create_connection(
            lambda: _Watcher(request, seen), where.hostname, where.port, ssl=context
        )
        watchers.append(watcher)
    await asyncio.gather(*(watcher.opened for watcher in watchers))
    return watchers


async def _last_deliveries(watched: Request, write: Request, number: int) -> list[float]:
    """Seconds from a write to the last watcher's seeing it, once per round."""
    done = asyncio.Event()
    counted = 0

    def seen(before: int, arrived: int) -> None:
        nonlocal counted
        counted += arrived
        if counted == number:
            done.set()

    watchers = await _watch(watched, number, seen)
    writer = await Connection.open(write.url)
    took = []
    for each in range(ROUNDS[number]):
        counted = 0
        done.clear()
        begun = time.perf_counter()
        status, answer = await writer.ask(write.wire(each))
        assert status == 200, answer
        await asyncio.wait_for(done.wait(), 30)
        took.append(time.perf_counter() - begun)
    for watcher in watchers:
        watcher.transport.abort()
    writer.close()
    return took


async def _stream(watched: Request, write: Request, number: int) -> tuple[list[float], float]:
    """Seconds from each write to its being seen, by every watcher, while writes come; and the writes per second that came."""
    sent: list[float] = []
    took: list[float] = []
    total = int(WRITES_PER_SECOND * STREAM_SECONDS)
    all_seen = asyncio.Event()

    def seen(before: int, arrived: int) -> None:
        now = time.perf_counter()
        took.extend(now - sent[index] for index in range(before, before + arrived))
        if len(took) == number * total:
            all_seen.set()

    watchers = await _watch(watched, number, seen)
    writer = await Connection.open(write.url)

    async def answers() -> None:
        for _ in range(total):
            status, answer = await writer.answer()
            assert status == 200, answer

    answered = asyncio.ensure_future(answers())
    begun = time.perf_counter()
    for each in range(total):  # sent when they are due, whether or not the ones before are answered
        await asyncio.sleep(max(0.0, begun + each / WRITES_PER_SECOND - time.perf_counter()))
        sent.append(time.perf_counter())
        writer.send(write.wire(each))
    await asyncio.wait_for(answered, STREAM_LIMIT_SECONDS)
    rate = total / (time.perf_counter() - begun)
    await asyncio.wait_for(all_seen.wait(), STREAM_LIMIT_SECONDS)
    writer.close()
    for watcher in watchers:
        watcher.transport.abort()
    return took, rate


def _quantiles(took: list[float]) -> tuple[float, float]:
    found = load.result(took, 1.0)
    return found.p50, found.p99


async def fan_out(rates: Rates, doors: dict) -> list[Row]:
    """One write to 1, 100 and 1,000 watchers; 500 writes per second to 1,000."""
    await rates.fill(SMALL)
    rows = []
    namespace = "bench-watch"
    await make_namespace(rates.plane.url, namespace)
    where = collection(rates.plane.url, namespace)
    body = b'{"apiVersion":"michelangelo.api/v2","kind":"Model","metadata":{"name":"m"},"spec":{"description":"x"}}'
    await load.ask(Request(where, "POST", body, token=TOKEN), 201)
    patch = b'{"metadata":{"annotations":{"example.com/note":"%s"}}}' % load.NUMBER.encode()
    write = Request(f"{where}/m", "PATCH", patch, "application/merge-patch+json", token=TOKEN)
    for number in WATCHERS:
        frame = b'{"type":"MODIFIED","object":%s}\n' % (await load.ask(Request(f"{where}/m", token=TOKEN))).rstrip()
        version = load.version_of(frame)
        watched = Request(f"{where}?watch=1&resourceVersion={version}", token=TOKEN)
        ours = _quantiles(await _last_deliveries(watched, write, number))
        there = f"{rates.bare.url}/watch-{number}"
        same = Request(f"{there}?keep", "PUT", frame)
        theirs = _quantiles(await _last_deliveries(Request(f"{there}?stream"), same, number))
        for word, mine, its in zip(("p50", "p99"), ours, theirs, strict=True):
            rows.append(Row.of_times(f"write to {number:,} watchers, {word}", mine, its))
    version = load.version_of(await load.ask(Request(f"{where}/m", token=TOKEN)))
    watched = Request(f"{where}?watch=1&resourceVersion={version}", token=TOKEN)
    took, rate = await _stream(watched, write, WATCHERS[-1])
    p50, p99 = _quantiles(took)
    rows.append(Row("500 writes/s to 1,000 watchers, p99", p99, "ms", aim=STREAM_AIM_MS, p50_ms=p50, p99_ms=p99))
    rows.append(Row("  writes/s that came", rate, "/s", aim=WRITES_PER_SECOND))
    return rows
