"""HTTP/1.1 for a WSGI application. werkzeug's handler closes each connection; this one keeps those whose bodies it has read to the end."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BufferedIOBase
from typing import Any

from werkzeug.serving import WSGIRequestHandler

PART_BYTES = 1 << 20
BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Body:
    """What a request has left of its body, and nothing of the request behind it."""

    def __init__(self, file: BufferedIOBase, length: int) -> None:
        self._file = file
        self.left = length

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left; fewer where the client has gone."""
        return self._taken(self._file.read(self.left if size < 0 else min(size, self.left)))

    def readline(self, size: int = -1) -> bytes:
        """A line."""
        return self._taken(self._file.readline(self.left if size < 0 else min(size, self.left)))

    def _taken(self, data: bytes) -> bytes:
        self.left -= len(data)
        return data


class Handler(WSGIRequestHandler):
    """A connection. Requests are not logged here."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # an answer's head and body go together
    disable_nagle_algorithm = True
    timeout = 120.0  # seconds in which nothing comes

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Nowhere."""

    def handle_expect_100(self) -> bool:
        """Say at once that the body may come: boto3 waits a second for it."""
        more = super().handle_expect_100()
        self.wfile.flush()
        return more

    def run_wsgi(self) -> None:
        """Answer one request."""
        self.environ = environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            self.close_connection = True  # in chunks: there may be more behind the last one
        else:
            given = environ.get("CONTENT_LENGTH") or "0"
            environ["wsgi.input"] = Body(self.rfile, int(given) if given.isdigit() else 0)
        body = environ["wsgi.input"]
        answer = Answer(self)
        try:
            answer.send(self.server.app(environ, answer.start))
        except (ConnectionError, TimeoutError):
            raise  # the client has gone
        except Exception:
            traceback.print_exc()
            answer.broken()
        self.wfile.flush()
        while body.read(PART_BYTES):  # who still writes would not see the answer
            pass


class Answer:
    """What goes back for one request."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._status = 0
        self._headers: list[tuple[str, str]] = []
        self._begun = self._chunked = False
        self._left: int | None = None  # of the promised length

    def start(self, status: str, headers: list[tuple[str, str]], problem: Any = None, /) -> Callable[[bytes], object]:
        """WSGI's ``start_response``."""
        self._status, self._headers = int(status[:3]), headers
        return self._write

    def send(self, parts: Iterable[bytes]) -> None:
        """All of it."""
        try:
            for part in parts:
                if part:
                    self._write(part)
            self._begin()
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        if self._chunked:
            self._handler.wfile.write(b"0\r\n\r\n")
        if self._left:  # less came than was promised: only the connection's end says so
            self._handler.close_connection = True

    def broken(self) -> None:
        """The application failed: say so if nothing has been said, and end the connection."""
        self._handler.close_connection = True
        if not self._begun:
            self._status, self._headers = HTTPStatus.INTERNAL_SERVER_ERROR, [("Content-Length", "0")]
            self._begin()

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        handler = self._handler
        handler.send_response(self._status)
        for name, value in self._headers:
            handler.send_header(name, value)  # "Connection: close" is heeded there
        length = next((value for name, value in self._headers if name.lower() == "content-length"), None)
        if handler.command == "HEAD" or self._status in BODILESS:
            self._left = 0
        elif length is not None:
            self._left = int(length)
        else:
            self._chunked = True
            handler.send_header("Transfer-Encoding", "chunked")
        if handler.close_connection:
            handler.send_header("Connection", "close")
        handler.end_headers()

    def _write(self, part: bytes) -> None:
        self._begin()
        if self._chunked:
            self._handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            return
        assert self._left is not None, "begun"
        part = part[: self._left]
        self._left -= len(part)
        self._handler.wfile.write(part)
