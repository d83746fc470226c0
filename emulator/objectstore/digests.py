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


class _Crc:
    """A cyclic redundancy check, as hashlib would have it."""

    def __init__(self, size: int, calculate: Callable[[bytes, int], int]) -> None:
        self._size = size
        self._calculate = calculate
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = self._calculate(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def _modelled(size: int, model: str) -> Callable[[], _Digest]:
    def make() -> _Digest:
        from anycrc import Model  # most stores never need it

        return _Crc(size, Model(model).calc)

    return make


ALGORITHMS: Mapping[str, Callable[[], _Digest]] = {
    "CRC32": lambda: _Crc(4, zlib.crc32),
    "CRC32C": _modelled(4, "CRC32-ISCSI"),
    "CRC64NVME": _modelled(8, "CRC64-NVME"),
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
}
CHECKSUM = "x-amz-checksum-"
_MADE: Mapping[str, Callable[[], _Digest]] = {
    "content-md5": lambda: hashlib.md5(usedforsecurity=False),
    **{CHECKSUM + name.lower(): make for name, make in ALGORITHMS.items()},
}
_PAYLOAD = "x-amz-content-sha256"


class MismatchError(Exception):
    """A body that is not what is said of it: S3's error code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CheckedBody(io.RawIOBase):
    """A body of known length. The read that completes it raises MismatchError when a digest is wrong."""

    def __init__(self, inner: IO[bytes], length: int, headers: Mapping[str, str]) -> None:
        self._inner = inner
        self._left = length
        self._promised = {name: (make(), headers[name]) for name, make in _MADE.items() if name in headers}
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
                raise wrong_digest(name)


def digest_of(algorithm: str, *parts: bytes) -> bytes:
    """The digest of parts that follow each other."""
    digest = ALGORITHMS[algorithm]()
    for part in parts:
        digest.update(part)
    return digest.digest()


def text_of(algorithm: str, *parts: bytes) -> str:
    """The digest as S3 writes it."""
    return base64.b64encode(digest_of(algorithm, *parts)).decode()


def wrong_digest(name: str) -> MismatchError:
    """What is said of a digest, named by its header, that is another's."""
    if name == "content-md5":
        return MismatchError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    kind = name.removeprefix(CHECKSUM).upper()
    return MismatchError("BadDigest", f"The {kind} you specified did not match the calculated checksum.")
