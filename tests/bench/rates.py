"""Requests per second of the plane next to those of the bare server, which answers the same bytes to the same requests.

Both sides take turns, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

import load
import wrk
from cases import FRESH, OBJECTS, SMALL, TOKEN, Case, collection, create_request
from load import Numbers, Request, Result
from planes import cpu_seconds

TURNS = 2
PROBE = 9_999_999  # the number of the request whose answer the bare server repeats


class Generator(Protocol):
    """``load.measure`` or ``wrk.measure``."""

    def __call__(
        self, request: Request, numbers: Numbers, *, connections: int, seconds: float, expected: int
    ) -> Awaitable[Result]:
        """What a while of asking came to."""
        ...


@dataclass(frozen=True)
class Side:
    """A server: its address and its process."""

    url: str
    pid: int


@dataclass
class Sum:
    """What the turns of one side come to."""

    requests: int = 0
    seconds: float = 0.0
    cpu: float | None = 0.0
    p50: float = 0.0
    p99: float = 0.0

    def add(self, turn: Result, cpu: float | None) -> None:
        """One more turn; latencies are those of the best one."""
        self.p50 = min(self.p50 or turn.p50, turn.p50)
        self.p99 = min(self.p99 or turn.p99, turn.p99)
        self.requests += turn.requests
        self.seconds += turn.seconds
        self.cpu = None if cpu is None or self.cpu is None else self.cpu + cpu

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def cpu_microseconds(self) -> float | None:
        """CPU per request."""
        return None if self.cpu is None else 1e6 * self.cpu / self.requests


class Rates:
    """Measures cases against both sides; fills the namespaces that they need."""

    def __init__(self, plane: Side, bare: Side, seconds: float, python: bool = False) -> None:
        self.plane, self.bare = plane, bare
        self.seconds = seconds
        self.measure: Generator = wrk.measure if wrk.INSTALLED and not python else load.measure
        self.generator = "wrk" if self.measure is wrk.measure else "Python"
        self._filled: set[str] = set()
        self._rows = 0
        self._created = 0

    async def fill(self, namespace: str) -> None:
        """Have a namespace hold its objects."""
        if namespace in self._filled:
            return
        self._filled.add(namespace)
        await make_namespace(self.plane.url, namespace)
        await create_many(self.plane.url, namespace, range(OBJECTS[namespace]))

    async def compare(self, case: Case) -> tuple[Sum, Sum]:
        """Both sides' sums."""
        await self.fill(SMALL)
        await self.fill(case.namespace)
        token = await self._token(case.skip) if case.skip else ""
        request = case.request(self.plane.url, token)
        where = await self._teach(request, case)
        ours, theirs = Sum(), Sum()
        for _ in range(TURNS):
            for side, asked, total, status in (
                (self.plane, request, ours, case.status),
                (self.bare, replace(request, url=where), theirs, 200),
            ):
                before = cpu_seconds(side.pid)
                turn = await self.measure(
                    asked,
                    await self._numbers(case, request),
                    connections=case.connections,
                    seconds=self.seconds / TURNS,
                    expected=status,
                )
                after = cpu_seconds(side.pid)
                total.add(turn, None if before is None or after is None else after - before)
        return ours, theirs

    async def _teach(self, request: Request, case: Case) -> str:
        """Give the bare server the plane's answer to a request; the answer is where it says it."""
        self._rows += 1
        where = f"{self.bare.url}/{self._rows}"
        number = PROBE if case.namespace == FRESH else 1
        version = (await self._versions())[1] if request.method == "PUT" else ""
        answer = await load.ask(request, case.status, number, version)
        await load.ask(Request(f"{where}?keep", "PUT", answer))
        return where

    async def _numbers(self, case: Case, request: Request) -> Numbers:
        if case.namespace == FRESH:
            self._created += 500_000
            return Numbers(self._created, 10**load.DIGITS)
        return Numbers(0, OBJECTS[SMALL], await self._versions() if request.method == "PUT" else ())

    async def _versions(self) -> list[str]:
        return await versions(self.plane.url, SMALL)

    async def _token(self, skip: int) -> str:
        url = f"{collection(self.plane.url)}?limit={skip}"
        return json.loads(await load.ask(Request(url, token=TOKEN)))["metadata"]["continue"]


async def versions(server: str, namespace: str) -> list[str]:
    """The resourceVersions of a namespace's Models, by name."""
    found = json.loads(await load.ask(Request(collection(server, namespace), token=TOKEN)))
    return [item["metadata"]["resourceVersion"] for item in found["items"]]


async def make_namespace(server: str, name: str) -> None:
    """Create a namespace."""
    body = json.dumps({"metadata": {"name": name}}).encode()
    await load.ask(Request(f"{server}/api/v1/namespaces", "POST", body, token=TOKEN), 201)


async def create_many(server: str, namespace: str, numbers: range, golden: Callable[[int], bool] | None = None) -> None:
    """Create Models; the golden ones (one of ten, unless told otherwise) have the label ``tier: gold``."""
    golden = golden or (lambda number: number % 10 == 0)
    requests = [create_request(server, namespace, gold) for gold in (False, True)]
    rest = iter(numbers)

    async def work() -> None:
        connection = await load.Connection.open(server)
        for number in rest:
            status, answer = await connection.ask(requests[golden(number)].wire(number))
            assert status == 201, answer
        connection.close()

    await asyncio.gather(*(work() for _ in range(8)))
