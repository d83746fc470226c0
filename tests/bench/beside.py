"""A GET while somebody lists: how much longer it takes than alone."""

from __future__ import annotations

import asyncio
from typing import Any

import load
from cases import LARGE, SMALL, TOKEN, collection
from load import Numbers, Request
from rates import Rates
from report import Row

AIM_MS = 20.0


async def _get(rates: Rates) -> load.Result:
    request = Request(f"{collection(rates.plane.url)}/m-0000001", token=TOKEN)
    return await load.measure(request, Numbers(0, 1), connections=1, seconds=rates.seconds, expected=200)


async def get_beside_a_list(rates: Rates, doors: dict[str, Any]) -> list[Row]:
    """The 99th percentile of GETs beside one client that lists 10,000 Models again and again, less that of GETs alone."""
    await rates.fill(SMALL)
    await rates.fill(LARGE)
    alone = await _get(rates)
    listing = Request(f"{collection(rates.plane.url, LARGE)}", token=TOKEN)
    lists = asyncio.ensure_future(
        rates.measure(listing, Numbers(0, 1), connections=1, seconds=rates.seconds + 2, expected=200)
    )
    await asyncio.sleep(0.5)
    beside = await _get(rates)
    await lists
    delay = beside.p99 - alone.p99
    return [Row("get delayed by lists, p99", delay, "ms", aim=AIM_MS, p50_ms=beside.p50, p99_ms=beside.p99)]
