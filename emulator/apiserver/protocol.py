"""HTTP/1.1 as uvicorn speaks it, without what a request of one packet does not need.

Four things differ from uvicorn's protocol. A request whose body came in the same packet runs at once, in no task, for as long
as it waits for nothing; only what waits becomes a task. An answer that is ready goes out in one write, past ASGI's messages
(``Cycle.answer``; whoever wraps ``send`` is asked as ever), together with those of the same turn of the loop (``outbox.py``). Idle connections share one timer each, which looks at the clock
when it fires, in place of a timer per request.
"""

from __future__ import annotations

import asyncio
import urllib.parse
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from emulator.apiserver.outbox import Outbox
from emulator.apiserver.spdy_protocol import SpdyProtocol

STREAM_PATHS = (b"/attach", b"/exec")
SPDY = b"spdy/3.1"
MAX_HEAD_BYTES = 1 << 20  # net/http's default
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"431 Request Header Fields Too Large"
)
JOINED_BYTES = 1 << 16  # bodies up to this are copied behind their head: one TLS record and one call for both


class Cycle(RequestResponseCycle):
    """One request and its answer."""

    _handed = False
    send_soon: Callable[[bytes], None]  # the connection's

    async def receive(self) -> Any:
        """The request's body; whole bodies without waiting."""
        if self._handed or self.more_body or self.waiting_for_100_continue or self.disconnected:
            return await super().receive()
        self._handed = True
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    def answer(self, head: bytes, body: bytes) -> bool:
        """Send a whole answer; *head* is its status line and headers but for the length. False: it has to go by ``send``."""
        if not self.keep_alive or self.flow.write_paused or self.response_started or self.disconnected:
            return False
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        head = b"%scontent-length: %d\r\n\r\n" % (head, len(body))
        if len(body) <= JOINED_BYTES:
            self.send_soon(head + body)
        else:
            self.transport.write(head)
            self.transport.write(body)
        self.message_event.set()
        self.on_response()
        return True

    def write(self, chunk: bytes) -> bool:
        """Send a chunk of a body in chunked coding, its frame included. False when it has to go by ``send``."""
        if self.flow.write_paused or self.disconnected or not self.chunked_encoding:
            return False
        self.transport.write(chunk)
        return True


class _Rest:
    """What is left of a coroutine that has run until it first waited."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._coroutine, self._waits_for = coroutine, waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        waits_for, coroutine = self._waits_for, self._coroutine
        while True:
            thrown: BaseException | None = None
            try:
                yield waits_for
            except BaseException as error:
                thrown = error
            try:
                waits_for = coroutine.send(None) if thrown is None else coroutine.throw(thrown)
            except StopIteration:
                return


async def _wait(rest: _Rest) -> None:
    await rest


class Protocol(HttpToolsProtocol):
    """A connection; tells the application which certificate the client showed (``scope["state"]``)."""

    outbox: Outbox
    _unsent: bytes | None = None  # an answer in the outbox
    _held: Cycle | None = None  # its headers are here, its body may come in the same packet
    _idle_since: float | None = None
    _head = 0  # bytes of a request whose headers are not all here; negative: they are, its body is not

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the client's certificate."""
        session = transport.get_extra_info("ssl_object")
        certificate = session.getpeercert(True) if session is not None else None
        if certificate is not None:
            self.app_state = {**self.app_state, "client_certificate": certificate}
        super().connection_made(transport)

    def _should_upgrade(self) -> bool:
        """Only streams of Pods are upgraded; everything else that asks for it gets a plain answer."""
        return self._get_upgrade() in (b"websocket", SPDY) and self.url.partition(b"?")[0].endswith(STREAM_PATHS)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, to uvicorn's WebSockets or to SPDY."""
        if self._get_upgrade() == b"websocket":
            from uvicorn.protocols.websockets.wsproto_impl import WSProtocol  # with the first stream: it takes 16 ms

            self.ws_protocol_class = WSProtocol
            super().handle_websocket_upgrade()
            return
        raw_path, _, query = self.url.partition(b"?")
        path = urllib.parse.unquote(raw_path.decode("ascii"))
        self.scope |= {"raw_path": raw_path, "path": path, "query_string": query}
        self.connections.discard(self)
        protocol = SpdyProtocol(self.app, dict(self.scope), self.connections, self.tasks)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)

    def connection_lost(self, exc: Exception | None) -> None:
        """End what runs."""
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and run what is complete; a request line and headers that do not end are cut off."""
        if self._head >= 0:
            self._head += len(data)
            if self._head > MAX_HEAD_BYTES:
                self.send_now()
                if not self.transport.is_closing():
                    self.transport.write(TOO_LARGE)
                    self.transport.close()
                return
        super().data_received(data)
        held, self._held = self._held, None
        if held is not None:  # more of it comes later
            self._start_asgi_task(held, self.app)

    def on_headers_complete(self) -> None:
        """Make the request's cycle; it runs when its body is here, or at the end of the packet."""
        self._head = -1
        parser, scope = self.parser, self.scope
        version = parser.get_http_version()
        scope["method"] = parser.get_method().decode("ascii")
        if version != "1.1":
            scope["http_version"] = version
        if parser.should_upgrade() and self._should_upgrade():
            return
        url = httptools.parse_url(self.url)
        raw_path = url.path
        path = raw_path.decode("ascii")
        scope["path"] = urllib.parse.unquote(path) if "%" in path else path
        scope["raw_path"] = raw_path
        scope["query_string"] = url.query or b""
        before = self.cycle
        cycle = self.cycle = Cycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        cycle.send_soon = self.send_soon
        if before is None or before.response_complete:
            self._held = cycle
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def on_message_complete(self) -> None:
        """Run a request that is whole."""
        self._head = 0
        super().on_message_complete()
        held, self._held = self._held, None
        if held is not None:
            self._run(held)

    def _run(self, cycle: Cycle) -> None:
        coroutine = cycle.run_asgi(self.app)
        try:
            waits_for = coroutine.send(None)
        except StopIteration:
            return
        task = self.loop.create_task(_wait(_Rest(coroutine, waits_for)))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    # Answers that go out together

    def send_soon(self, data: bytes) -> None:
        """Send an answer at the end of the loop's turn."""
        self._unsent = data
        self.outbox.add(self)

    def send_now(self) -> None:
        """Send the answer that is in the outbox, if one still is."""
        data, self._unsent = self._unsent, None
        if data is not None and not self.transport.is_closing():
            self.transport.write(data)

    def on_message_begin(self) -> None:
        """Begin another request; the answer to the one before goes first."""
        self.send_now()
        super().on_message_begin()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, behind the answer to what was."""
        self.send_now()
        super().send_400_response(msg)

    def shutdown(self) -> None:
        """End the connection, once what there is has been sent."""
        self.send_now()
        super().shutdown()

    # Idle connections

    def on_response_complete(self) -> None:
        """Start the next request of a pipeline, or note since when the connection is idle."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = None

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle for long enough; look again later at one that has not."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None or self.transport.is_closing():
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left <= 0:
            self.transport.close()
        else:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
