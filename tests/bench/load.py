"""Load in Python: as many requests as a few connections can carry in a while, and how long each took. See also ``wrk.py``."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

Answered = tuple[int, bytes]
NUMBER = "0000000"
"""Stands in a request for the number of the request: seven digits, so that its length does not change."""
DIGITS = len(NUMBER)
COUNT = "1111111"
"""Stands for how many requests there were before: what a write writes, so that each one changes something."""
VERSION = '"vvvvvvvvvvvv"'
"""Stands in a body for the resourceVersion that the server last answered for the object of that number."""


@dataclass(frozen=True)
class Request:
    """One HTTP request, or a row of them that differ in ``NUMBER``; ``url`` is absolute."""

    url: str
    method: str = "GET"
    body: bytes = b""
    content_type: str = "application/json"
    accept: str = "application/json"
    token: str = ""

    def wire(self, number: int | None = None, version: str = "") -> bytes:
        """The bytes that are sent, number (as the count, too) and version put in; without a number, the places are left."""
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"{self.method} {path} HTTP/1.1", f"Host: {parts.netloc}", f"Accept: {self.accept}"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        if self.body or self.method != "GET":
            lines += [f"Content-Type: {self.content_type}", f"Content-Length: {len(self.body)}"]
        data = "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body
        if number is None:
            return data
        data = data.replace(NUMBER.encode(), digits(number)).replace(COUNT.encode(), digits(number))
        return data.replace(VERSION.encode(), quoted(version))


def digits(number: int) -> bytes:
    """A number as it stands in a request."""
    return b"%0*d" % (DIGITS, number)


def quoted(version: str) -> bytes:
    """A resourceVersion as it stands in a body: blanks behind it keep the length."""
    return f'"{version}"'.ljust(len(VERSION)).encode()


@dataclass(frozen=True)
class Numbers:
    """Which numbers requests get: from *first* on, modulo *among*; *versions* are those of the objects, for updates."""

    first: int
    among: int
    versions: Sequence[str] = ()


@dataclass(frozen=True)
class Result:
    """What a run measured: requests answered, seconds it took, latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def result(took: list[float], seconds: float) -> Result:
    """A result from what each request took, in seconds."""
    took.sort()
    return Result(len(took), seconds, 1000 * took[len(took) // 2], 1000 * took[int(len(took) * 0.99)])


@cache
def insecure() -> ssl.SSLContext:
    """TLS that asks nobody's name: both servers are ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, url: str) -> Connection:
        parts = urlsplit(url)
        context = insecure() if parts.scheme == "https" else None
        return cls(*await asyncio.open_connection(parts.hostname, parts.port, ssl=context, limit=1 << 20))

    def send(self, wire: bytes) -> None:
        """Send a request; ``answer`` gives the answers in order."""
        self._writer.write(wire)

    async def answer(self) -> Answered:
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        at = head.find(b"content-length:")
        if at >= 0:
            length = int(head[at + 15 : head.index(b"\r\n", at)])
            return status, await self._reader.readexactly(length)
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return status, b"".join(parts)

    async def ask(self, wire: bytes) -> Answered:
        self.send(wire)
        return await self.answer()

    def close(self) -> None:
        self._writer.transport.abort()


async def ask(request: Request, expected: int = 200, number: int | None = None, version: str = "") -> bytes:
    """One request over a connection of its own. Raises RuntimeError on another status."""
    connection = await Connection.open(request.url)
    try:
        status, body = await connection.ask(request.wire(number, version))
    finally:
        connection.close()
    if status != expected:
        raise RuntimeError(f"{status} instead of {expected}: {body[:300]!r}")
    return body


async def measure(request: Request, numbers: Numbers, *, connections: int, seconds: float, expected: int) -> Result:
    """Ask for *seconds* over *connections*. Raises RuntimeError on another status."""
    template, versions = request.wire(), list(numbers.versions)
    opened = [await Connection.open(request.url) for _ in range(connections)]
    counted = iter(range(numbers.first, 1 << 60))
    took: list[float] = []
    begun = time.perf_counter()
    end = begun + seconds

    async def work(connection: Connection) -> None:
        while (start := time.perf_counter()) < end:
            count = next(counted)
            number = count % numbers.among
            wire = template.replace(NUMBER.encode(), digits(number)).replace(COUNT.encode(), digits(count))
            if versions:
                wire = wire.replace(VERSION.encode(), quoted(versions[number]))
            status, body = await connection.ask(wire)
            if status != expected:
                raise RuntimeError(f"{status} instead of {expected}: {body[:300]!r}")
            if versions:
                versions[number] = version_of(body)
            took.append(time.perf_counter() - start)

    try:
        async with asyncio.TaskGroup() as group:
            for connection in opened:
                group.create_task(work(connection))
    finally:
        for connection in opened:
            connection.close()
    return result(took, time.perf_counter() - begun)


def version_of(body: bytes) -> str:
    """An encoded object's resourceVersion."""
    return body.partition(b'"resourceVersion":"')[2].partition(b'"')[0].decode()
