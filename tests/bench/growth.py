"""What a request costs as the plane fills: CPU of the API server's process per request, from 100 to 100,000 Models."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import load
import wrk
from cases import CASES, FRESH, SMALL, TOKEN, Case, collection
from load import Numbers, Request
from planes import cpu_seconds, plane
from rates import create_many, make_namespace, versions
from svg import Curve, draw

SIZES = (100, 1_000, 10_000, 100_000)
GOLDEN = 100  # Models that have the label, however many there are
WHOLE = "list of 1,000"
NAMES = {
    "get": "get",
    "page of 50, at the end": "page of 50, at the end",
    "list by label, 100 of 1,000": "list by label (100 objects)",
    WHOLE: "list, per object",
    "create": "create",
    "update": "update",
    "merge patch": "merge patch",
    "server-side apply": "server-side apply",
}


async def _microseconds(case: Case, server: str, pid: int, size: int, seconds: float, created: int) -> float:
    """CPU per request (per object, of a whole list) at a size."""
    token = ""
    if case.skip:
        url = f"{collection(server)}?limit={size - 50}"
        token = json.loads(await load.ask(Request(url, token=TOKEN)))["metadata"]["continue"]
    request = case.request(server, token)
    numbers = Numbers(0, size)
    if case.namespace == FRESH:
        numbers = Numbers(created, 10**load.DIGITS)
    elif request.method == "PUT":  # as many versions as a script of wrk can hold
        numbers = Numbers(0, min(size, 1000), (await versions(server, SMALL))[: min(size, 1000)])
    before, began = cpu_seconds(pid), time.perf_counter()
    if case.name == WHOLE:  # for as long as a list of 100,000 takes, wrk would have nothing to count
        done = max(3, 10_000 // size)
        for _ in range(done):
            await load.ask(request)
    else:
        measure = wrk.measure if wrk.INSTALLED else load.measure
        turn = await measure(request, numbers, connections=case.connections, seconds=seconds, expected=case.status)
        done = turn.requests
    after = cpu_seconds(pid)
    spent = time.perf_counter() - began if before is None or after is None else after - before
    return 1e6 * spent / done / (size if case.name == WHOLE else 1)


async def chart(seconds: float) -> str:
    """Measure, print, and draw as SVG."""
    curves = {name: Curve(title, []) for name, title in NAMES.items()}
    with plane() as doors:
        server, pid = doors["kube_server"], doors["pid"]
        await make_namespace(server, SMALL)
        await make_namespace(server, FRESH)
        print(f"{'CPU us per request':34} " + " ".join(f"{size:>9,}" for size in SIZES), flush=True)
        there = 0
        for turn, size in enumerate(SIZES):
            await create_many(server, SMALL, range(there, size), lambda number: number < GOLDEN)
            there = size
            for case in CASES:
                if case.name in curves:
                    asked = replace(case, skip=size - 50) if case.skip else case
                    cost = await _microseconds(asked, server, pid, size, seconds, (turn + 1) * 1_000_000)
                    curves[case.name].values.append(cost)
    for curve in curves.values():
        print(f"{curve.title:34} " + " ".join(f"{value:9,.1f}" for value in curve.values), flush=True)
    return draw("CPU per request as the plane fills", "Models stored", "microseconds", SIZES, list(curves.values()))
