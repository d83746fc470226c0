"""SPDY/3.1 as far as Kubernetes' streams use it: frames in and out, without I/O and without flow control (as moby/spdystream).

Source: draft-mbelshe-httpbis-spdy-00 and the SPDY/3.1 draft.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

VERSION = 3
SYN_STREAM, SYN_REPLY, RST_STREAM, PING, GOAWAY = 1, 2, 3, 6, 7
FIN = 0x01
MAX_FRAME_BYTES = 4 * 1024 * 1024
_HEAD = struct.Struct(">IB3s")
_WORDS = [
    "options",
    "head",
    "post",
    "put",
    "delete",
    "trace",
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "authorization",
    "cache-control",
    "connection",
    "content-base",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expect",
    "expires",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "range",
    "referer",
    "retry-after",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "method",
    "get",
    "status",
]
_MORE_WORDS = ("200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin")
_TEXT = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden"
    "404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept "
    "Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,"
    "application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch"
    "charset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)
DICTIONARY = b"".join(struct.pack(">I", len(word)) + word.encode() for word in (*_WORDS, *_MORE_WORDS)) + _TEXT.encode()


class ProtocolError(Exception):
    """Bytes that are no frames."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The client has opened a stream."""

    stream: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes on a stream."""

    stream: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The client sends no more on a stream."""

    stream: int


@dataclass(frozen=True, slots=True)
class Pinged:
    """The client wants to know whether we are there: ``answer`` is the frame that says so."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class GoneAway:
    """The client opens no more streams, and leaves."""


Happened = Opened | Data | Closed | Pinged | GoneAway


@dataclass(slots=True)
class Frames:
    """One connection's state in both directions: what is half read, and the headers' compression."""

    rest: bytes = b""
    inflater: zlib._Decompress = field(default_factory=lambda: zlib.decompressobj(zdict=DICTIONARY))
    deflater: zlib._Compress = field(default_factory=lambda: zlib.compressobj(zdict=DICTIONARY))

    def feed(self, data: bytes) -> Iterator[Happened]:
        """What the bytes, after those before them, say. Raises ProtocolError."""
        self.rest += data
        while len(self.rest) >= _HEAD.size:
            word, flags, size = _HEAD.unpack_from(self.rest)
            end = _HEAD.size + int.from_bytes(size, "big")
            if end > MAX_FRAME_BYTES:
                raise ProtocolError("a frame is too large")
            if len(self.rest) < end:
                return
            body, self.rest = self.rest[_HEAD.size : end], self.rest[end:]
            if not word >> 31:
                if body:
                    yield Data(word, body)
                if flags & FIN:
                    yield Closed(word)
            else:
                yield from self._control(word & 0xFFFF, flags, body)

    def _control(self, sort: int, flags: int, body: bytes) -> Iterator[Happened]:
        try:
            number = int.from_bytes(body[:4], "big") & 0x7FFFFFFF
            if sort == SYN_STREAM:
                yield Opened(number, self._headers(body[10:]))
                if flags & FIN:
                    yield Closed(number)
            elif sort == RST_STREAM:
                yield Closed(number)
            elif sort == PING:
                yield Pinged(_control(PING, body))
            elif sort == GOAWAY:
                yield GoneAway()
        except (zlib.error, struct.error, IndexError) as error:
            raise ProtocolError(str(error)) from None

    def _headers(self, block: bytes) -> dict[str, str]:
        plain = self.inflater.decompress(block, MAX_FRAME_BYTES)
        (count,), position = struct.unpack_from(">I", plain), 4
        words = []
        for _ in range(2 * count):
            (size,) = struct.unpack_from(">I", plain, position)
            words.append(plain[position + 4 : position + 4 + size].decode("latin-1"))
            position += 4 + size
        return {name.lower(): value for name, value in zip(words[::2], words[1::2], strict=True)}

    def reply(self, stream: int) -> bytes:
        """The frame that accepts a stream, without headers."""
        block = self.deflater.compress(struct.pack(">I", 0)) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        return _control(SYN_REPLY, struct.pack(">I", stream) + block)


def data(stream: int, body: bytes, *, last: bool = False) -> bytes:
    """A frame with bytes of a stream, or with its end."""
    return _HEAD.pack(stream, FIN if last else 0, len(body).to_bytes(3, "big")) + body


def go_away() -> bytes:
    """The frame that says that we leave."""
    return _control(GOAWAY, struct.pack(">II", 0, 0))


def _control(sort: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80000000 | VERSION << 16 | sort, 0, len(body).to_bytes(3, "big")) + body
