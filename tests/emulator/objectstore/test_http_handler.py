"""The S3 child's HTTP: connections that are kept, and when they cannot be."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.serving import ThreadedWSGIServer

from emulator.objectstore.http_handler import Handler


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answers by path."""
    path, length = environ["PATH_INFO"], [("Content-Length", "5")]
    if path == "/echo":
        data = environ["wsgi.input"].read()
        start("200 OK", [("Content-Length", str(len(data)))])
        return [data]
    if path == "/parts":
        start("200 OK", [])
        return [b"one", b"", b"two"]
    if path == "/short":
        start("200 OK", length)
        return [b"abc"]
    if path == "/broken":
        raise RuntimeError("on purpose")
    start("204 No Content" if path == "/nothing" else "200 OK", [] if path == "/nothing" else length)
    return [b"hello"]  # of a body that was sent nothing is read


@contextmanager
def served() -> Iterator[http.client.HTTPConnection]:
    """A connection to a server of that application."""
    server = ThreadedWSGIServer("127.0.0.1", 0, application, Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        yield connection
    finally:
        connection.close()
        server.shutdown()
        server.server_close()
        thread.join()


def ask(connection: http.client.HTTPConnection, method: str, path: str, **words: Any) -> tuple[int, bytes]:
    connection.request(method, path, **words)
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        ("GET", "/", b"", (200, b"hello")),
        ("PUT", "/", b"x" * 3_000_000, (200, b"hello")),
        ("PUT", "/echo", b"x" * 100_000, (200, b"x" * 100_000)),
        ("GET", "/parts", b"", (200, b"onetwo")),
        ("HEAD", "/", b"", (200, b"")),
        ("DELETE", "/nothing", b"", (204, b"")),
    ],
)
def test_a_connection_is_kept(method: str, path: str, body: bytes, answer: tuple[int, bytes]) -> None:
    """The next request is answered on it, whether or not the body of the one before was wanted."""
    with served() as connection:
        assert ask(connection, method, path, body=body or None) == answer
        sock = connection.sock
        assert sock is not None
        assert ask(connection, "PUT", "/echo", body=b"next") == (200, b"next")
        assert connection.sock is sock


def test_who_waits_for_leave_to_send_gets_it_before_the_body() -> None:
    """``Expect: 100-continue``, as boto3 sends it with each upload."""
    with served() as connection:
        connection.connect()
        assert connection.sock is not None
        connection.sock.sendall(b"PUT /echo HTTP/1.1\r\nHost: s3\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert connection.sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sock.sendall(b"hello")
        assert connection.sock.recv(1000).endswith(b"\r\n\r\nhello")


def test_a_body_in_chunks_ends_its_connection() -> None:
    """Where it ends is known to who reads it alone."""
    with served() as connection:
        assert ask(connection, "PUT", "/echo", body=iter([b"one", b"two"]), encode_chunked=True) == (200, b"onetwo")
        assert connection.sock is None


def test_an_answer_that_fails_ends_its_connection() -> None:
    """What was promised and did not come is noticed; a failure before anything was said is a 500."""
    with served() as connection:
        with pytest.raises(http.client.IncompleteRead):
            ask(connection, "GET", "/short")
        connection.close()
        assert ask(connection, "GET", "/broken") == (500, b"")
        assert connection.sock is None


def test_who_wants_it_closed_gets_it_closed() -> None:
    """``Connection: close`` is answered alike."""
    with served() as connection:
        assert ask(connection, "GET", "/", headers={"Connection": "close"}) == (200, b"hello")
        assert connection.sock is None
