"""Bodies that carry their digest: read through, and refused at their last byte when they are not what was promised.

Source: AWS, Amazon S3 API Reference, "PutObject" (Content-MD5, x-amz-checksum-*) and "Authenticating Requests" (x-amz-content-sha256).
"""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Callable, Mapping
from typing import IO, Protocol


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class _Crc32:
    """CRC-32, as hashlib would have it."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


_MADE: Mapping[str, Callable[[], _Digest]] = {
    "content-md5": lambda: hashlib.md5(usedforsecurity=False),
    "x-amz-checksum-crc32": _Crc32,
    "x-amz-checksum-sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "x-amz-checksum-sha256": hashlib.sha256,
}
_PAYLOAD = "x-amz-content-sha256"


class MismatchError(Exception):
    """A body that is not what its digest says: S3's error code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CheckedBody(io.RawIOBase):
    """A body of known length. The read that completes it raises MismatchError when a digest is wrong."""

    def __init__(self, inner: IO[bytes], length: int, headers: Mapping[str, str]) -> None:
        self._inner = inner
        self._left = length
        plain = not headers.get(_PAYLOAD, "").startswith("STREAMING-") and "aws-chunked" not in headers.get(
            "content-encoding", ""
        )
        self._promised = {name: (make(), headers[name]) for name, make in _MADE.items() if plain and name in headers}
        payload = headers.get(_PAYLOAD, "")
        if len(payload) == 64:
            self._promised[_PAYLOAD] = (hashlib.sha256(), payload)

    @property
    def promised(self) -> bool:
        """Whether there is anything to check."""
        return bool(self._promised)

    def readable(self) -> bool:
        """It is read, and nothing else."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Read a part. Raises MismatchError."""
        view = memoryview(buffer)  # type: ignore[arg-type] # the protocol of buffers has no name before 3.12
        data = self._inner.read(min(len(view), self._left))
        view[: len(data)] = data
        self._left -= len(data)
        for digest, _ in self._promised.values():
            digest.update(data)
        if not self._left:
            self._compare()
        return len(data)

    def _compare(self) -> None:
        promised, self._promised = self._promised, {}
        for name, (digest, said) in promised.items():
            found = digest.digest()
            if name == _PAYLOAD and found.hex() != said.lower():
                text = "The provided 'x-amz-content-sha256' header does not match what was computed."
                raise MismatchError("XAmzContentSHA256Mismatch", text)
            if name != _PAYLOAD and base64.b64encode(found).decode() != said:
                kind = name.removeprefix("x-amz-checksum-").removeprefix("content-").upper()
                raise MismatchError("BadDigest", f"The {kind} you specified did not match the calculated checksum.")
