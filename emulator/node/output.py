"""What a container has written: kept while its Pod is there, read by logs and by those who attach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import NamedTuple

from emulator.streams import LogOptions


class Written(NamedTuple):
    """Bytes that arrived at once."""

    moment: datetime
    stream: str
    data: bytes


class Output:
    """A list that only grows, and ends."""

    def __init__(self) -> None:
        self.parts: list[Written] = []
        self.size = 0
        self.ended = False
        self._grown = asyncio.Event()

    def add(self, moment: datetime, stream: str, data: bytes) -> None:
        """More of it."""
        self.parts.append(Written(moment, stream, data))
        self.size += len(data)
        self._wake()

    def end(self) -> None:
        """Nothing more will come."""
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def follow(self, position: int) -> AsyncGenerator[Written, None]:
        """Everything from a position on, until it ends."""
        while True:
            grown = self._grown
            while position < len(self.parts):
                part = self.parts[position]
                position += 1
                yield part
            if self.ended:
                return
            await grown.wait()

    def tail(self, size: int) -> str:
        """The last bytes, as text."""
        found: list[bytes] = []
        for part in reversed(self.parts):
            found.append(part.data)
            size -= len(part.data)
            if size <= 0:
                break
        return b"".join(reversed(found)).decode("utf-8", "replace")


class Lines:
    """Parts put together to lines, each with the instant at which it began to arrive; streams do not mix."""

    def __init__(self) -> None:
        self._open: dict[str, Written] = {}

    def take(self, part: Written) -> list[Written]:
        """The lines that are complete now."""
        begun = self._open.pop(part.stream, None)
        moment, data = (begun.moment, begun.data + part.data) if begun else (part.moment, part.data)
        *whole, rest = data.split(b"\n")
        if rest:
            self._open[part.stream] = Written(moment if not whole else part.moment, part.stream, rest)
        return [Written(moment, part.stream, line + b"\n") for line in whole]

    def rest(self) -> list[Written]:
        """What was left unfinished."""
        found = sorted(self._open.values(), key=lambda line: line.moment)
        self._open.clear()
        return found


async def read(output: Output, options: LogOptions, since: datetime | None) -> AsyncGenerator[bytes, None]:
    """A log as a kubelet gives it: whole lines, from an instant or a number of lines before the end, up to a number of bytes."""
    left = options.limit_bytes
    async for line in _chosen(output, options, since):
        data = _stamp(line.moment) + line.data if options.timestamps else line.data
        if left is not None:
            data = data[:left]
            left -= len(data)
        if data:
            yield data
        if left == 0:
            return


async def _chosen(output: Output, options: LogOptions, since: datetime | None) -> AsyncGenerator[Written, None]:
    lines = Lines()
    there = len(output.parts)
    past = [line for part in output.parts[:there] for line in lines.take(part)]
    if output.ended or not options.follow:
        past += lines.rest()

    def wanted(line: Written) -> bool:
        return (since is None or line.moment >= since) and options.stream in ("", line.stream)

    if options.tail_lines is not None:
        past = past[len(past) - min(options.tail_lines, len(past)) :]
    for line in filter(wanted, past):
        yield line
    if not options.follow:
        return
    async for part in output.follow(there):
        for line in filter(wanted, lines.take(part)):
            yield line
    for line in filter(wanted, lines.rest()):
        yield line


def _stamp(moment: datetime) -> bytes:
    """RFC 3339 with nanoseconds, as a container runtime writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond * 1000:09d}Z ".encode()
