"""``make bench``: how fast the plane is next to a bare server on the same stack, in one run.

Each row of requests asks the plane and a bare ASGI callable (plain uvicorn, the same TLS and loop, the same response bytes) in
turns. The ratio is what counts: times differ between machines, ratios hardly. On a machine that does other things besides,
look at the ratio of CPU per request.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import growth
import others
import uvloop
from cases import CASES
from planes import bare, plane
from rates import Rates, Side
from report import Report, Row


def _chosen(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


async def _rates(rates: Rates, words: list[str]) -> AsyncIterator[Row]:
    for case in CASES:
        if _chosen(case.name, words):
            yield Row.of_rates(case.name, case.aim, *await rates.compare(case))


async def _run(report: Report, words: list[str], seconds: float, python: bool) -> None:
    with plane() as doors, bare() as (address, pid):
        rates = Rates(Side(doors["kube_server"], doors["pid"]), Side(address, pid), seconds, python)
        report.head(f"every row of requests: {seconds:g} s each side, TLS on; load by {rates.generator}")
        async for row in _rates(rates, words):
            report.add(row)
        for name, measure in others.BESIDE_A_BARE_SERVER.items():
            if _chosen(name, words):
                for row in await measure(rates, doors):
                    report.add(row)
    for name, alone in others.ALONE.items():
        if _chosen(name, words):
            for row in await alone():
                report.add(row)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    words.add_argument("--seconds", type=float, default=4.0, help="how long each side of a row is asked (default: 4)")
    words.add_argument("--quick", action="store_true", help="2 s, for development")
    words.add_argument("--only", default="", metavar="WORD,WORD", help="only rows whose name has one of these words")
    words.add_argument("--python", action="store_true", help="the Python load generator, though wrk is installed")
    words.add_argument("--json", action="store_true", help="print the rows as JSON, once all are measured")
    words.add_argument(
        "--growth",
        type=Path,
        metavar="SVG",
        help="measure CPU per request from 100 to 100,000 Models instead, and draw it",
    )
    chosen = words.parse_args()
    if chosen.growth:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            chosen.growth.write_text(runner.run(growth.chart(1.0 if chosen.quick else 2.0)))
        return
    only = [word.strip() for word in chosen.only.split(",") if word.strip()]
    names = [case.name for case in CASES] + [*others.BESIDE_A_BARE_SERVER, *others.ALONE]
    unknown = [word for word in only if not any(word in name for name in names)]
    if unknown:
        words.error(f"no row has {unknown[0]!r} in its name; rows are: {'; '.join(names)}")
    report = Report(quiet=chosen.json)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(report, only, 2.0 if chosen.quick else chosen.seconds, chosen.python))
    if chosen.json:
        print(json.dumps(report.document(), indent=2))


if __name__ == "__main__":
    main()
