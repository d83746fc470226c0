"""A connection that has been upgraded to SPDY: an ASGI server for one request, whose messages are ``spdy.*`` once it is accepted."""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus
from typing import Any

READ_AHEAD = 16  # parts that may wait to be read


class SpdyProtocol(asyncio.Protocol):
    """Runs the application for one request. ``shutdown`` and the sets are what uvicorn's own protocols have."""

    def __init__(self, app: Any, scope: dict[str, Any], connections: set[Any], tasks: set[Any]) -> None:
        self._app = app
        self._scope = {**scope, "extensions": {"spdy": {}}}
        self._connections, self._tasks = connections, tasks
        self._parts: asyncio.Queue[bytes] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "pause_reading"), "a stream"
        self.transport = transport  # type: ignore[assignment]
        self._connections.add(self)
        task = asyncio.get_running_loop().create_task(self._run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def connection_lost(self, error: Exception | None) -> None:
        """The client has gone."""
        self._lost = True
        self._connections.discard(self)
        self._parts.put_nowait(b"")
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """More of what the client sends."""
        self._parts.put_nowait(data)
        if self._parts.qsize() >= READ_AHEAD:
            self.transport.pause_reading()

    def pause_writing(self) -> None:
        """The client takes no more for now."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It does again."""
        self._writable.set()

    def shutdown(self) -> None:
        """The server stops."""
        self.transport.close()

    async def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # the server stops: there is nobody to be told
            await self._app(self._scope, self._receive, self._send)
        self.transport.close()

    async def _receive(self) -> dict[str, Any]:
        data = await self._parts.get()
        if self._parts.qsize() < READ_AHEAD and not self._lost:
            self.transport.resume_reading()
        return {"type": "spdy.receive", "bytes": data} if data else {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await self._writable.wait()
        if self._lost:
            raise ConnectionResetError("the client went away")
        sort = message["type"]
        if sort == "spdy.accept":
            head = [(b"connection", b"Upgrade"), (b"upgrade", b"SPDY/3.1")]
            self._head(101, [*head, (b"x-stream-protocol-version", message["protocol"].encode())])
        elif sort == "spdy.send":
            self.transport.write(message["bytes"])
        elif sort == "http.response.start":
            self._head(message["status"], [*message["headers"], (b"connection", b"close")])
        else:
            self.transport.write(message["body"])

    def _head(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
        self.transport.write(b"\r\n".join([*lines, *(b": ".join(header) for header in headers), b"", b""]))
