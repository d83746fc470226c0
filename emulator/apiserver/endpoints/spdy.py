"""Streams over SPDY: what kubectl before 1.31 speaks, and newer ones fall back to. A stream for each of input, output and errors."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import orjson

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.endpoints import spdy_frames as frames
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.endpoints.stream_client import StreamClient, size
from emulator.streams import STDERR, STDOUT, Ended, Resized, Typed

V4 = "v4.channel.k8s.io"
PROTOCOLS = (V4, "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io")
ASKED = b"x-stream-protocol-version"
OPEN_SECONDS = 30.0
_SIZED = PROTOCOLS[:2]


class SpdyStreams(StreamClient):
    """One client's SPDY connection: a Session for the node, and a way to say how it ended."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.protocol = _chosen(request)
        self._frames = frames.Frames()
        self._streams: dict[str, int] = {}
        self._happened: deque[frames.Happened] = deque()

    async def open(self) -> None:
        """Accept the connection, and wait for the client to open its streams. Raises ConnectionResetError."""
        self._request.started = True
        await self._request.send({"type": "spdy.accept", "protocol": self.protocol})
        wanted = {"error"}
        wanted |= {name for name in ("stdin", "stdout", "stderr") if getattr(self, name)}
        wanted |= {"resize"} if self.tty and self.protocol in _SIZED else set()
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                while not wanted <= set(self._streams):
                    if not await self._read():
                        raise ConnectionResetError("the client went away")
        except TimeoutError:
            raise ConnectionResetError("the client opened no streams") from None

    async def receive(self) -> Typed | Resized | Ended:
        """What the client does next; what makes no sense is passed over."""
        while not self._gone:
            while self._happened:
                found = self._understood(self._happened.popleft())
                if found is not None:
                    return found
            if not await self._read():
                break
        self._gone = True
        return Ended(gone=True)

    async def send(self, stream: str, data: bytes) -> None:
        """Output on its stream."""
        number = self._streams.get(stream)
        if number is not None and data and (self.stdout if stream == STDOUT else self.stderr):
            await self._write(frames.data(number, data))

    async def close(self, status: dict[str, Any]) -> None:
        """Say how it ended, and hang up."""
        text = b"" if status["status"] == "Success" else status.get("message", "").encode()
        said = orjson.dumps(status) if self.protocol == V4 else text
        number = self._streams["error"]
        await self._write(frames.data(number, said) + frames.data(number, b"", last=True))
        ends = [self._streams[name] for name in (STDOUT, STDERR) if name in self._streams]
        await self._write(b"".join(frames.data(number, b"", last=True) for number in ends) + frames.go_away())

    def _understood(self, happened: frames.Happened) -> Typed | Resized | Ended | None:
        stdin = self._streams.get("stdin")
        if isinstance(happened, frames.GoneAway):
            self._gone = True
        elif isinstance(happened, frames.Data) and happened.stream == stdin:
            return Typed(happened.data)
        elif isinstance(happened, frames.Closed) and happened.stream == stdin:
            return Ended(gone=False)
        elif isinstance(happened, frames.Data) and happened.stream == self._streams.get("resize"):
            return size(happened.data)
        return None

    async def _read(self) -> bool:
        """Take what comes next; False when the client has gone."""
        message = await self._request.message()
        if message["type"] != "spdy.receive":
            return False
        try:
            for happened in self._frames.feed(message["bytes"]):
                if isinstance(happened, frames.Opened):
                    self._streams.setdefault(happened.headers.get("streamtype", ""), happened.stream)
                    await self._write(self._frames.reply(happened.stream))
                elif isinstance(happened, frames.Pinged):
                    await self._write(happened.answer)
                else:
                    self._happened.append(happened)
        except frames.ProtocolError:
            return False
        return True

    async def _write(self, data: bytes) -> None:
        """Send, unless the client has left."""
        try:
            if not self._gone:
                await self._request.send({"type": "spdy.send", "bytes": data})
        except ConnectionResetError:
            self._gone = True


def _chosen(request: Request) -> str:
    """The first protocol of the client's that we speak; none means the oldest. Raises StatusError (403)."""
    asked = [word.strip() for value in request.all_headers(ASKED) for word in value.split(",")]
    if not asked:
        return PROTOCOLS[-1]
    for protocol in asked:
        if protocol in PROTOCOLS:
            return protocol
    text = f"unable to upgrade: unable to negotiate protocol: client supports [{' '.join(asked)}], server accepts [{' '.join(PROTOCOLS)}]"
    raise errors.StatusError(403, "Forbidden", text, {})
