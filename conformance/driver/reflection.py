"""gRPC reflection (v1alpha), spoken by hand: which services there are, and the descriptors of their messages.

The few messages that it takes are encoded here, so that no generated code is needed; what they carry (file descriptors) is
read by protobuf's own library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

METHOD = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
BY_FILENAME, CONTAINING_SYMBOL, LIST_SERVICES = 3, 4, 7  # of ServerReflectionRequest
_FILES, _SERVICES, _ERROR = 4, 6, 7  # of ServerReflectionResponse
Exchange = Callable[[bytes], bytes]
"""Sends one reflection request and gives its response."""


def _varint(number: int) -> bytes:
    out = bytearray()
    while True:
        low, number = number & 0x7F, number >> 7
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def request(field: int, text: str) -> bytes:
    """A reflection request: one text field."""
    data = text.encode()
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The length-delimited fields of a message; numbers are skipped. Raises ValueError for what is no message."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            if at >= len(data):
                raise ValueError("a message that is cut short")
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
            shift += 7

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            varint()
        elif kind == 2:
            size = varint()
            yield key >> 3, data[at : at + size]
            at += size
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise ValueError(f"a wire type that is none: {kind}")


def services(exchange: Exchange) -> list[str]:
    """The names of all services."""
    answer = dict(fields(exchange(request(LIST_SERVICES, "*"))))
    return [
        name.decode()
        for _, entry in fields(answer.get(_SERVICES, b""))
        for number, name in fields(entry)
        if number == 1
    ]


def descriptors(exchange: Exchange, symbol: str) -> list[bytes]:
    """The file descriptors of a symbol and of everything it depends on, dependencies first. Raises LookupError."""
    from google.protobuf import descriptor_pb2

    found: dict[str, bytes] = {}

    def take(data: bytes) -> None:
        answer = dict(fields(data))
        if _FILES not in answer:
            message = dict(fields(answer.get(_ERROR, b""))).get(2, b"no answer")
            raise LookupError(message.decode(errors="replace"))
        for number, raw in fields(answer[_FILES]):
            if number == 1:
                file: Any = descriptor_pb2.FileDescriptorProto.FromString(raw)
                if file.name in found:
                    continue
                for dependency in file.dependency:
                    if dependency not in found:
                        take(exchange(request(BY_FILENAME, dependency)))
                found[file.name] = raw

    take(exchange(request(CONTAINING_SYMBOL, symbol)))
    return list(found.values())
