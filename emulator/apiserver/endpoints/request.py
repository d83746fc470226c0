"""One HTTP request on its way through the filters: what was sent, what was found out about it, and how to answer."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.authz.interface import Attributes
from emulator.apiserver.endpoints.request_info import RequestInfo, parse, refine

MAX_BODY_BYTES = 3 * 1024 * 1024
_TRUE = frozenset({"1", "t", "T", "true", "True", "TRUE"})


class Wire(Protocol):
    """What ``send`` is a method of when the server offers more than ASGI (``apiserver/protocol.py``)."""

    def answer(self, head: bytes, body: bytes) -> bool:
        """Send a whole answer at once; False when it has to go by ``send``."""
        ...

    def write(self, chunk: bytes) -> bool:
        """Send a chunk with its frame; False when it has to go by ``send``: the client reads too slowly, or has gone."""
        ...


class Request:
    """A request and its way back. ``user`` is set by authentication, ``warnings`` go out with the answer."""

    __slots__ = (
        "_body",
        "_receive",
        "headers",
        "info",
        "method",
        "path",
        "query",
        "scope",
        "send",
        "started",
        "user",
        "warnings",
        "wire",
    )

    def __init__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        self._receive = receive
        self._body: bytes | None = None
        self.send = send
        sender = getattr(send, "__self__", None)
        self.wire: Wire | None = sender if hasattr(sender, "answer") else None
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        raw = scope["query_string"]
        self.query: dict[str, list[str]] = parse_query(raw) if raw else {}
        self.info: RequestInfo = parse(self.method, self.path)
        self.user = UserInfo("")
        self.warnings: list[str] = []
        self.started = False
        if self.info.is_resource and not self.info.name:
            refine(self.info, self._watches(), _selected_name(self.first("fieldSelector")))

    def _watches(self) -> bool:
        """Whether a watch is asked for: by any value but ``false`` and ``0``, as Kubernetes reads options."""
        values = self.query.get("watch")
        return values is not None and values[0].lower() not in ("false", "0")

    def header(self, name: bytes) -> str:
        """A header's value (the last one, when sent twice), or the empty string."""
        return self.headers.get(name, b"").decode("latin-1")

    def all_headers(self, name: bytes) -> list[str]:
        """Every value of a header, in order."""
        return [value.decode("latin-1") for key, value in self.scope["headers"] if key == name]

    def first(self, name: str) -> str:
        """A query parameter's first value, or the empty string."""
        values = self.query.get(name)
        return values[0] if values else ""

    def flag(self, name: str) -> bool:
        """A query parameter read as Go's ParseBool, false when absent or unreadable."""
        return self.first(name) in _TRUE

    def attributes(self, verb: str = "") -> Attributes:
        """What an authorizer is asked about this request; with another verb, about that."""
        info = self.info
        return Attributes(
            self.user,
            verb or info.verb,
            info.group,
            info.version,
            info.resource,
            info.subresource,
            info.namespace,
            info.name,
            info.path,
            info.is_resource,
        )

    async def message(self) -> Any:
        """The next message of a WebSocket."""
        return await self._receive()

    async def body(self) -> bytes:
        """The whole body, read once. Raises StatusError (413) over 3 MiB."""
        if self._body is None:
            self._body = await self._read()
        return self._body

    async def _read(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError("the client went away")
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise errors.too_large(f"Request entity too large: limit is {MAX_BODY_BYTES}")
            parts.append(chunk)
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def disconnected(self) -> None:
        """Return once the client has gone."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return

    async def answer(
        self, status: int, body: bytes, content_type: bytes = b"application/json", headers: Any = ()
    ) -> None:
        """Send the whole answer."""
        if self.wire is not None and not headers and not self.warnings and self.method != "HEAD":
            head = _HEADS.get((status, content_type)) or _head(status, content_type)
            if self.wire.answer(head, body):
                self.started = True
                return
        await self.start(status, content_type, headers, len(body))
        await self.send({"type": "http.response.body", "body": b"" if self.method == "HEAD" else body})

    async def start(self, status: int, content_type: bytes, headers: Any = (), length: int | None = None) -> None:
        """Send the head of an answer; without a length, chunks follow through ``chunk``."""
        self.started = True
        out: list[tuple[bytes, bytes]] = [(b"content-type", content_type)]
        if not any(name == b"cache-control" for name, _ in headers):
            out.append((b"cache-control", b"no-cache, private"))
        if length is not None:
            out.append((b"content-length", str(length).encode()))
        out.extend((b"warning", warning_header(text)) for text in dict.fromkeys(self.warnings))
        out.extend(headers)
        await self.send({"type": "http.response.start", "status": status, "headers": out})

    async def chunk(self, data: bytes, more: bool = True) -> None:
        """Send a part of the body."""
        await self.send({"type": "http.response.body", "body": data, "more_body": more})


_HEADS: dict[tuple[int, bytes], bytes] = {}


def _head(status: int, content_type: bytes) -> bytes:
    """Status line and headers of an answer, but for its length."""
    phrase = HTTPStatus(status).phrase.encode()
    head = b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncache-control: no-cache, private\r\n" % (
        status,
        phrase,
        content_type,
    )
    _HEADS[status, content_type] = head
    return head


@lru_cache(maxsize=1024)
def parse_query(raw: bytes) -> dict[str, list[str]]:
    """A query string as Go's url.ParseQuery reads it: broken escapes lose their pair, empty values stay. Not to be changed: it is kept."""
    try:
        return parse_qs(raw.decode("latin-1"), keep_blank_values=True)
    except ValueError:
        return {}


def warning_header(text: str) -> bytes:
    """A Warning header's value as Kubernetes writes it (RFC 7234, code 299)."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'299 - "{quoted}"'.encode("utf-8", "replace")


def _selected_name(selector: str) -> str:
    """The name that a field selector pins, so that a rule with resourceNames can allow the list."""
    if "metadata.name" not in selector:
        return ""
    for part in unquote(selector).split(","):
        field, _, value = part.partition("=")
        if field == "metadata.name":
            return value.lstrip("=")
    return ""
