"""Two doors on 127.0.0.1 through which somebody else's program works on the target: every call recorded, and cut off at will.

What the program may see and change is decided by a ``House``; what it may not is refused to it, and remembered. Credentials stay
here: whatever the program sends of its own is not looked at, and the calls are made with the run's.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

from conformance.driver.errors import TargetError
from conformance.driver.history import Exchange
from conformance.driver.kube import JSON, Kube
from conformance.driver.s3 import ObjectStore

_DOOMED = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)
_PASSED_ON = ("content-type", "content-md5", "range")
_READS = ("GET", "HEAD")


class House(Protocol):
    """What the program is let into."""

    def may_write(self, path: str) -> bool:
        """Whether an object of the cluster may be changed, by its path."""

    def may_delete(self, bucket: str, key: str) -> bool:
        """Whether an object of the store may be changed."""

    def locked(self, key: str) -> bool:
        """Whether the store denies it, though it is the program's business."""

    def shown(self, body: Any) -> Any:
        """An answer of the API server as the program is to see it."""


@dataclass
class Calls:
    """What a program asked for, in order, and when it is cut off: after so many calls were carried out (None: never)."""

    after: int | None = None
    made: list[str] = field(default_factory=list)
    trespasses: list[str] = field(
        default_factory=list
    )  # changes that were refused: they are none of the program's business
    over: threading.Event = field(default_factory=threading.Event)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, what: str) -> bool:
        """Note a call; False when the program is cut off instead. No name: a call that does not count."""
        if not what:
            return not self.over.is_set()
        if self.after is not None and len(self.made) >= self.after:
            self.over.set()
            return False
        self.made.append(what)
        return True


@dataclass(frozen=True, slots=True)
class Doorways:
    """Addresses of the two doors."""

    kube: str
    s3: str


@contextmanager
def doorways(kube: Kube, store: ObjectStore, house: House, calls: Calls) -> Iterator[Doorways]:
    """Open both doors; they close with the context."""
    servers = [_serve(_KubeDoor(kube, house, calls)), _serve(_StoreDoor(store, house, calls))]
    try:
        ports = [server.server_address[1] for server in servers]
        yield Doorways(f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


@dataclass(frozen=True, slots=True)
class _Asked:
    method: str
    path: str  # without its query
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, slots=True)
class _Said:
    status: int
    body: bytes
    headers: Mapping[str, str]


class _KubeDoor:
    def __init__(self, kube: Kube, house: House, calls: Calls) -> None:
        self.kube, self.house, self.calls = kube, house, calls

    def name(self, asked: _Asked) -> str:
        """Nothing for discovery: clients differ in how much of it they ask for, and it changes nothing."""
        steps = asked.path.strip("/").split("/")
        about_objects = len(steps) > {"api": 2, "apis": 3}.get(steps[0], len(steps))
        return f"{asked.method} {asked.path}" if about_objects else ""

    def answer(self, asked: _Asked) -> _Said:
        if asked.method not in _READS and not self.house.may_write(asked.path):
            self.calls.trespasses.append(self.name(asked))
            said = {
                "message": f"{self.name(asked)} is none of a cleanup's business",
                "reason": "Forbidden",
                "code": 403,
            }
            status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", **said}
            return _Said(403, json.dumps(status).encode(), {"Content-Type": JSON})
        headers = {"Accept": JSON}
        if asked.body:
            headers["Content-Type"] = asked.headers.get("content-type", JSON)
        query = dict(asked.query)
        if query.get("watch") in ("1", "true"):
            query |= {"timeoutSeconds": "1"}  # answered whole, so it has to be short
        found = self.kube.request(
            asked.method, asked.path, query=query, headers=headers, raw=asked.body or None
        ).exchange
        return _Said(found.status, self._shown(found), {"Content-Type": found.answer_headers.get("content-type", JSON)})

    def _shown(self, exchange: Exchange) -> bytes:
        lines = []
        for line in exchange.answer.splitlines() or [b""]:  # one document, or the events of a watch
            try:
                lines.append(json.dumps(self.house.shown(json.loads(line))).encode())
            except ValueError:
                return exchange.answer
        return b"\n".join(lines) + b"\n"


class _StoreDoor:
    def __init__(self, store: ObjectStore, house: House, calls: Calls) -> None:
        self.store, self.house, self.calls = store, house, calls

    def name(self, asked: _Asked) -> str:
        if asked.method == "POST" and "delete" in asked.query:
            return f"DELETE {' '.join(self._doomed(asked))}"
        return f"{asked.method} {unquote(asked.path)}" + (
            f"?prefix={asked.query['prefix']}" if "prefix" in asked.query else ""
        )

    def _doomed(self, asked: _Asked) -> list[str]:
        return [unescape(key.decode(errors="replace")) for key in _DOOMED.findall(asked.body)]

    def answer(self, asked: _Asked) -> _Said:
        bucket, _, key = unquote(asked.path).lstrip("/").partition("/")
        keys = self._doomed(asked) if asked.method == "POST" and "delete" in asked.query else [key]
        if asked.method not in _READS and not all(self.house.may_delete(bucket, one) for one in keys):
            self.calls.trespasses.append(self.name(asked))
            said = b"<Error><Code>AccessDenied</Code><Message>none of a cleanup's business</Message></Error>"
            return _Said(403, said, {"Content-Type": "application/xml"})
        if asked.method not in _READS and any(self.house.locked(one) for one in keys):
            return self._denied(keys, bulk="delete" in asked.query)
        kept = {
            name: value
            for name, value in asked.headers.items()
            if name in _PASSED_ON or name.startswith(("x-amz-checksum", "x-amz-sdk"))
        }
        found = self.store.request(
            asked.method, key, bucket=bucket, query=asked.query, headers=kept, body=asked.body, ours=True
        ).exchange
        return _Said(found.status, found.answer, dict(found.answer_headers))

    def _denied(self, keys: list[str], *, bulk: bool) -> _Said:
        """As S3 says it: of one object with a status, of many in the body."""
        reason = "<Code>AccessDenied</Code><Message>Access Denied</Message>"
        if not bulk:
            return _Said(403, f"<Error>{reason}</Error>".encode(), {"Content-Type": "application/xml"})
        errors = "".join(f"<Error><Key>{escape(key)}</Key>{reason}</Error>" for key in keys)
        return _Said(200, f"<DeleteResult>{errors}</DeleteResult>".encode(), {"Content-Type": "application/xml"})


def _serve(door: _KubeDoor | _StoreDoor) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            with suppress(OSError):  # the program was killed, or hung up
                super().handle_one_request()

        def _pass_on(self) -> None:
            parts = urlsplit(self.path)
            asked = _Asked(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                {name.lower(): value for name, value in self.headers.items()},
                self._body(),
            )
            with door.calls.turn:  # one call after the other, so that their order is known
                if not door.calls.begin(door.name(asked)):
                    self.close_connection = True
                    return
                try:
                    said = door.answer(asked)
                except TargetError as error:
                    said = _Said(502, str(error).encode(), {"Content-Type": "text/plain"})
            self.send_response(said.status)
            for name, value in said.headers.items():
                if name.lower() not in ("content-length", "location") and not name.startswith("conformance-"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815 - names that http.server calls

        def log_message(self, *words: object) -> None:
            """The exchanges are the record."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
