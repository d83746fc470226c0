"""Bytes over HTTP/1.1: questions, replies, and streams of lines. Knows neither Kubernetes nor S3.

Plain ``http.client``: a lie of the server must reach the checks as it is, so nothing here retries, redirects, decodes or
caches. The one exception is a kept-alive connection that the server closed in between: nothing was said on it yet.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from conformance.driver.errors import TargetError


@dataclass(frozen=True, slots=True)
class Question:
    """One request. ``secret_headers`` carry credentials: sent, never recorded. A value of several lines is several headers."""

    method: str
    path: str  # with its query
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    secret_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class Lines:
    """An answer that arrives line by line, until the server ends it, nothing comes in time, or we close it."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._response = response
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.ended = ""

    def next(self, within: float) -> bytes | None:
        """The next line, or None when there is none; then ``ended`` says why."""
        if self.ended:
            return None
        try:
            if self._connection.sock is not None:
                self._connection.sock.settimeout(within)
            line = self._response.readline()
        except (TimeoutError, ssl.SSLWantReadError):
            self.ended = "silent"
            return None
        except (OSError, http.client.HTTPException) as error:
            self.ended = f"broken: {error}"
            return None
        if not line:
            self.ended = "server"
            return None
        return line

    def close(self) -> None:
        """End it from our side."""
        self.ended = self.ended or "client"
        # shutdown first: closing a chunked response would read on until its end
        sock = self._connection.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._connection.close()


class Origin:
    """A server: scheme, host, port, and how to trust it. Connections are kept per thread."""

    def __init__(self, url: str, context: ssl.SSLContext | None = None, timeout: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address: give http://HOST:PORT or https://HOST:PORT")
        self.url = url.rstrip("/")
        self.host = parts.hostname
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.authority = parts.netloc.rpartition("@")[2]
        self.prefix = parts.path.rstrip("/")
        self._context = (context or ssl.create_default_context()) if parts.scheme == "https" else None
        self._timeout = timeout
        self._local = threading.local()

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        if self._context is not None:
            return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self._context)
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def ask(self, question: Question) -> Reply:
        """Ask, and read the whole reply. Raises TargetError when there is none."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            try:
                return self._ask(connection, question)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                connection.close()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                raise TargetError(
                    f"{self.url} did not answer {question.method} {question.path}: {_words(error)}"
                ) from error
        try:
            connection = self._connect(self._timeout)
            self._local.connection = connection
            return self._ask(connection, question)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise TargetError(
                f"{self.url} did not answer {question.method} {question.path}: {_words(error)}"
            ) from error

    def _ask(self, connection: http.client.HTTPConnection, question: Question) -> Reply:
        _send(connection, question, self.prefix, question.body)
        response = connection.getresponse()
        body = response.read()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def lines(self, question: Question) -> Lines:
        """Ask for a stream, on a connection of its own. Raises TargetError when there is no answer."""
        connection = self._connect(self._timeout)
        try:
            _send(connection, question, self.prefix, b"")
            return Lines(connection, connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise TargetError(
                f"{self.url} did not answer {question.method} {question.path}: {_words(error)}"
            ) from error

    def close(self) -> None:
        """Close this thread's connection."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


def _send(connection: http.client.HTTPConnection, question: Question, prefix: str, body: bytes) -> None:
    headers = {**question.headers, **question.secret_headers}
    names = {name.lower() for name in headers}
    connection.putrequest(question.method, prefix + question.path, skip_host="host" in names)
    for name, value in headers.items():
        for line in value.split("\n"):
            connection.putheader(name, line)
    if "content-length" not in names and (body or question.method in ("POST", "PUT", "PATCH")):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
