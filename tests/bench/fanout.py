"""Watches: how long after a write the last of many watchers has seen it; and when writes keep coming."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import load
from cases import OBJECTS, SMALL, TOKEN, collection
from load import Connection, Request
from rates import Rates, make_namespace
from report import Row
from watchers import Stream, undisturbed, watch

WATCHERS = (1, 100, 1000)
ROUNDS = {1: 100, 100: 50, 1000: 20}
STREAM_SECONDS = 4.0
WRITES_PER_SECOND = 500
STREAM_AIM_MS = 100.0
OWN = 10  # of so many writes, one is to an object that somebody watches
NAMESPACE = "bench-watch"
MERGE = "application/merge-patch+json"
BODY = b'{"apiVersion":"michelangelo.api/v2","kind":"Model","metadata":{"name":"m"},"spec":{"description":"x"}}'


def _patch(url: str, number: int) -> bytes:
    """A write that changes something, as its number is a new one."""
    body = b'{"metadata":{"annotations":{"example.com/note":"%s"}}}' % load.digits(number)
    return Request(url, "PATCH", body, MERGE, token=TOKEN).wire()


async def _frame(url: str) -> bytes:
    """The frame of an object as it is."""
    return b'{"type":"MODIFIED","object":%s}\n' % (await load.ask(Request(url, token=TOKEN))).rstrip()


async def _from_now(where: str) -> Request:
    """A watch of a collection from its newest version on."""
    listed = json.loads(await load.ask(Request(f"{where}?limit=1", token=TOKEN)))
    version = listed["metadata"]["resourceVersion"]
    return Request(f"{where}?watch=1&resourceVersion={version}", token=TOKEN)


async def _last_deliveries(watched: Request, write: Request, number: int) -> tuple[float, float]:
    """Milliseconds from a write to the last watcher's seeing it, p50 and p99 of some rounds."""
    done = asyncio.Event()
    left = 0

    def seen(before: int, after: int) -> None:
        nonlocal left
        left -= after - before
        if not left:
            done.set()

    watchers = [await watch(watched, seen) for _ in range(number)]
    writer = await Connection.open(write.url)
    took = []
    with undisturbed():
        for each in range(ROUNDS[number]):
            left = number
            done.clear()
            begun = time.perf_counter()
            status, answer = await writer.ask(write.wire(each))
            assert status == 200, answer
            await asyncio.wait_for(done.wait(), 30)
            took.append(time.perf_counter() - begun)
    for watcher in watchers:
        watcher.transport.abort()
    writer.close()
    return _quantiles(took)


def _quantiles(took: list[float]) -> tuple[float, float]:
    found = load.result(took, 1.0)
    return found.p50, found.p99


Times = tuple[float, float, float]
"""p50 and p99 in milliseconds, and the writes per second that came."""


async def _stream_to_all(watched: Request, wires: list[bytes], number: int) -> Times:
    """Every write is seen by every watcher."""
    stream, sent = Stream(), []
    for _ in range(number):
        await stream.watch(watched, sent)
    writes = [(wire, sent) for wire in wires]
    rate = await stream.write(watched.url, writes, WRITES_PER_SECOND, len(writes) * number)
    return *_quantiles(stream.took()), rate


async def _stream_to_one_each(watched: list[Request], own: list[bytes], others: list[bytes]) -> Times:
    """Each watcher sees the writes to its own object, one of ``OWN`` all told."""
    stream = Stream()
    sent: list[list[float]] = [[] for _ in watched]
    for request, its in zip(watched, sent, strict=True):
        await stream.watch(request, its)
    nobody: list[float] = []
    writes = []
    for number, wire in enumerate(others):
        writes.append((wire, nobody))
        if number % OWN == 0:
            at = number // OWN % len(own)
            writes.append((own[at], sent[at]))
    rate = await stream.write(watched[0].url, writes, WRITES_PER_SECOND, len(writes) - len(others))
    return *_quantiles(stream.took()), rate


def _rows(name: str, ours: Times, theirs: Times, aim: float | None) -> list[Row]:
    p50, p99, rate = ours
    return [
        Row(f"{name}, p99", p99, "ms", theirs[1], theirs[1] / p99, aim=aim, p50_ms=p50, p99_ms=p99),
        Row("  writes/s that came", rate, "/s", theirs[2], rate / theirs[2], aim=WRITES_PER_SECOND),
    ]


async def fan_out(rates: Rates, doors: dict[str, Any]) -> list[Row]:
    """One write to 1, 100 and 1,000 watchers; 500 writes per second to as many, and beside 1,000 who watch one object each."""
    await rates.fill(SMALL)
    rows = []
    await make_namespace(rates.plane.url, NAMESPACE)
    where = collection(rates.plane.url, NAMESPACE)
    await load.ask(Request(where, "POST", BODY, token=TOKEN), 201)
    one = f"{where}/m"
    patch = b'{"metadata":{"annotations":{"example.com/note":"%s"}}}' % load.NUMBER.encode()
    write = Request(one, "PATCH", patch, MERGE, token=TOKEN)
    for number in WATCHERS:
        ours = await _last_deliveries(await _from_now(where), write, number)
        there = f"{rates.bare.url}/watch-{number}"
        same = Request(f"{there}?keep", "PUT", await _frame(one))
        theirs = await _last_deliveries(Request(f"{there}?stream"), same, number)
        for word, mine, its in zip(("p50", "p99"), ours, theirs, strict=True):
            rows.append(Row.of_times(f"write to {number:,} watchers, {word}", mine, its))
    total = int(WRITES_PER_SECOND * STREAM_SECONDS)
    for number in WATCHERS[1:]:
        wires = [_patch(one, 1000 + number + each) for each in range(total)]
        ours = await _stream_to_all(await _from_now(where), wires, number)
        there = f"{rates.bare.url}/stream-{number}"
        same = Request(f"{there}?gather", "PUT", await _frame(one)).wire()
        theirs = await _stream_to_all(Request(f"{there}?stream"), [same] * total, number)
        rows += _rows(f"500 writes/s to {number:,} watchers", ours, theirs, STREAM_AIM_MS)
    return rows + await _beside_watchers_of_one_each(rates, one)


async def _beside_watchers_of_one_each(rates: Rates, other: str) -> list[Row]:
    where, there = collection(rates.plane.url), f"{rates.bare.url}/own"
    names = [f"m-{number:0{load.DIGITS}}" for number in range(OBJECTS[SMALL])]
    total = int(WRITES_PER_SECOND * STREAM_SECONDS)
    all_of_it = await _from_now(where)
    ours = await _stream_to_one_each(
        [replace(all_of_it, url=f"{all_of_it.url}&fieldSelector=metadata.name%3D{name}") for name in names],
        [_patch(f"{where}/{name}", 0) for name in names],
        [_patch(other, 9000 + each) for each in range(total)],
    )
    frame = await _frame(f"{where}/{names[0]}")
    theirs = await _stream_to_one_each(
        [Request(f"{there}-{name}?stream") for name in names],
        [Request(f"{there}-{name}?keep", "PUT", frame).wire() for name in names],
        [Request(f"{there}?keep", "PUT", frame).wire()] * total,
    )
    return _rows("500 writes/s, 1,000 watch one each", ours, theirs, STREAM_AIM_MS)
