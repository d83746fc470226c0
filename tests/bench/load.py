"""Load: as many requests as a few connections can carry in a while, and how long each took."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Answered = tuple[int, bytes]


@dataclass(frozen=True)
class Request:
    """One HTTP request; ``url`` is absolute."""

    url: str
    method: str = "GET"
    body: bytes = b""
    content_type: str = "application/json"
    accept: str = "application/json"
    token: str = ""

    def wire(self) -> bytes:
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"{self.method} {path} HTTP/1.1", f"Host: {parts.netloc}", f"Accept: {self.accept}"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        if self.body:
            lines += [f"Content-Type: {self.content_type}", f"Content-Length: {len(self.body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True)
class Result:
    """What a run measured. ``rate`` is in requests per second, the latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, url: str) -> Connection:
        parts = urlsplit(url)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return cls(*await asyncio.open_connection(parts.hostname, parts.port, ssl=context, limit=1 << 20))

    async def ask(self, wire: bytes) -> Answered:
        self._writer.write(wire)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        if at >= 0:
            length = int(lowered[at + 15 : lowered.index(b"\r\n", at)])
            return status, await self._reader.readexactly(length)
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return status, b"".join(parts)

    def close(self) -> None:
        self._writer.transport.abort()


async def measure(url: str, wire: Callable[[int], bytes], *, connections: int, seconds: float, expected: int) -> Result:
    """Ask for *seconds* over *connections*; ``wire(n)`` is the n-th request. Raises RuntimeError on another status."""
    opened = [await Connection.open(url) for _ in range(connections)]
    counter = iter(range(1 << 60))
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def work(connection: Connection) -> None:
        while (begun := time.perf_counter()) < end:
            status, body = await connection.ask(wire(next(counter)))
            if status != expected:
                raise RuntimeError(f"{status} instead of {expected}: {body[:300]!r}")
            took.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            for connection in opened:
                group.create_task(work(connection))
    finally:
        for connection in opened:
            connection.close()
    took.sort()
    return Result(
        rate=len(took) / (time.perf_counter() - begun),
        p50=1000 * took[len(took) // 2],
        p99=1000 * took[int(len(took) * 0.99)],
    )
