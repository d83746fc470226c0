"""Bodies in aws-chunked encoding: chunks of a said size, each perhaps signed, and trailers behind the last one.

Source: AWS, Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks".
The chunks' own signatures are not verified.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO

from emulator.objectstore.digests import MismatchError


def encoded(headers: Mapping[str, str]) -> bool:
    """Whether a body with such headers is in chunks."""
    return headers.get("x-amz-content-sha256", "").startswith("STREAMING-") or "aws-chunked" in headers.get(
        "content-encoding", ""
    )


def decoded(body: bytes, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """What is in the chunks, and the trailers that the headers announced. Raises MismatchError."""
    file = io.BytesIO(body)
    parts: list[bytes] = []
    while part := _chunk(file):
        parts.append(part)
    data = b"".join(parts)
    length = headers.get("x-amz-decoded-content-length", "")
    if length.isdigit() and int(length) != len(data):
        raise _incomplete()
    return data, _trailers(file, headers.get("x-amz-trailer", ""))


def _chunk(file: IO[bytes]) -> bytes:
    """The next chunk; the last one is empty."""
    try:
        size = int(file.readline().split(b";")[0].strip(), 16)
    except ValueError:
        raise _incomplete() from None
    if size < 0:
        raise _incomplete()
    data = file.read(size)
    if len(data) < size or (size and file.readline().strip()):
        raise _incomplete()
    return data


def _trailers(file: IO[bytes], announced: str) -> dict[str, str]:
    names = {name.strip().lower() for name in announced.split(",") if name.strip()}
    found: dict[str, str] = {}
    for line in file:
        name, _, value = line.decode("latin-1").partition(":")
        if name.strip().lower() in names:
            found[name.strip().lower()] = value.strip()
    if set(found) != names:
        text = (
            "The request contained trailing data that was not well-formed or did not conform to our published schema."
        )
        raise MismatchError("MalformedTrailerError", text)
    return found


def _incomplete() -> MismatchError:
    return MismatchError("IncompleteBody", "The request body terminated unexpectedly")
