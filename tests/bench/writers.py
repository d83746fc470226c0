"""Contention: 50 writers read one object and write it back, each until the version it read is the one that is there."""

from __future__ import annotations

import asyncio
import json
import time

import load
from cases import SMALL, TOKEN, collection, model
from load import NUMBER, VERSION, Connection, Request
from rates import Rates
from report import Row

WRITERS = 50


async def _requests(get: Request, put: Request, seconds: float) -> tuple[int, int]:
    """How many requests were answered, and how many of them were conflicts."""
    asked = conflicts = 0
    connections = [await Connection.open(get.url) for _ in range(WRITERS)]
    end = time.perf_counter() + seconds

    async def work(connection: Connection) -> None:
        nonlocal asked, conflicts
        while time.perf_counter() < end:
            _, body = await connection.ask(get.wire())
            status, answer = await connection.ask(put.wire(asked, load.version_of(body)))
            assert status in (200, 409), answer
            conflicts += status == 409
            asked += 2
        connection.close()

    await asyncio.gather(*map(work, connections))
    return asked, conflicts


async def contention(rates: Rates, doors: dict) -> list[Row]:
    """Requests per second of 50 writers on one object, and which part of the writes came through."""
    await rates.fill(SMALL)
    obj = model("m-0000001")
    obj["metadata"] |= {"resourceVersion": VERSION.strip('"'), "annotations": {"example.com/note": NUMBER}}
    where = f"{collection(rates.plane.url)}/m-0000001"
    get, put = Request(where, token=TOKEN), Request(where, "PUT", json.dumps(obj).encode(), token=TOKEN)
    there = f"{rates.bare.url}/writers"
    await load.ask(Request(f"{there}?keep", "PUT", await load.ask(get)))
    asked, conflicts = await _requests(get, put, rates.seconds)
    same, _ = await _requests(Request(there), Request(there, "PUT", put.body), rates.seconds)
    ours, theirs = asked / rates.seconds, same / rates.seconds
    through = 100 * (1 - 2 * conflicts / asked)
    return [
        Row("50 writers on one object (Python)", ours, "/s", theirs, ours / theirs),
        Row("  writes that came through", through, "%"),
    ]
