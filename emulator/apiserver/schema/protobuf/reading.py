"""Protobuf to JSON: what typed clients (client-go, kubectl create) send.

An object is ``k8s\\0`` and a ``runtime.Unknown`` that wraps the kind's own message. JSON and protobuf differ in a few messages, which
are spelled out here.
"""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime
from typing import Any

import orjson

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.protobuf.messages import (
    EXTENSION,
    EXTENSIONS,
    INT_OR_STRING,
    MAGIC,
    META,
    QUANTITY,
    VARINTS,
    ProtobufError,
    inlined,
    is_list,
    message,
    message_name,
)


def decode(data: bytes) -> Object:
    """An object out of its envelope. Raises ProtobufError."""
    if not data.startswith(MAGIC):
        raise ProtobufError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    unknown = dict(_fields(data[len(MAGIC) :]))
    type_meta = dict(_fields(_as_bytes(unknown.get(1, b""))))
    api_version, kind = _as_bytes(type_meta.get(1, b"")).decode(), _as_bytes(type_meta.get(2, b"")).decode()
    name = message_name(api_version, kind)
    if name is None:
        raise ProtobufError(f'no kind "{kind}" is registered for version "{api_version}"')
    try:
        obj: Object = _message(name, _as_bytes(unknown.get(2, b"")))
    except (AttributeError, OSError, OverflowError, TypeError, struct.error) as error:
        # a number where text has to be, a year 300000
        raise ProtobufError(f"proto: {kind}: {error}") from None
    obj["apiVersion"], obj["kind"] = api_version, kind
    return obj


def _as_bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise ProtobufError("unexpected wire type")
    return value


def _fields(data: bytes) -> list[tuple[int, Any]]:
    """(number, value) of every field: ints for varints, bytes for the rest. Raises ProtobufError."""
    found: list[tuple[int, Any]] = []
    at, end = 0, len(data)
    try:
        while at < end:
            tag, at = _varint(data, at)
            number, wire = tag >> 3, tag & 7
            value: Any
            if wire == 0:
                value, at = _varint(data, at)
            elif wire == 1:
                value, at = data[at : at + 8], at + 8
            elif wire == 2:
                size, at = _varint(data, at)
                value, at = data[at : at + size], at + size
            elif wire == 5:
                value, at = data[at : at + 4], at + 4
            else:
                raise ProtobufError(f"illegal wire type {wire}")
            if at > end:
                raise ProtobufError("unexpected EOF")
            found.append((number, value))
    except IndexError:
        raise ProtobufError("unexpected EOF") from None
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7
        if shift > 63:
            raise ProtobufError("integer overflow")


def _message(name: str, data: bytes) -> Any:
    special = _READERS.get(name)
    if special is not None:
        return special(data)
    known = message(name)
    if known is None:
        raise ProtobufError(f"unknown message {name}")
    result: Object = {}
    embedded = inlined(name)
    for number, value in _fields(data):
        field = known.get(str(number))
        if field is None:
            continue
        if str(number) in embedded:
            result.update(_message(field[1], _as_bytes(value)))
            continue
        json_name, kind, repeated = field
        if kind.startswith("map:"):
            key, item = _entry(kind[4:], _as_bytes(value))
            result.setdefault(json_name, {})[key] = item
        elif repeated:
            result.setdefault(json_name, []).append(_value(kind, value))
        else:
            item = _value(kind, value)
            if item is not None:
                result[json_name] = item
    if is_list(name):
        return result.get("items") or []
    return result


def _entry(kind: str, data: bytes) -> tuple[str, Any]:
    key, value = "", None
    for number, raw in _fields(data):
        if number == 1:
            key = _as_bytes(raw).decode()
        elif number == 2:
            value = _value(kind, raw)
    return key, "" if value is None else value


def _value(kind: str, value: Any) -> Any:
    if kind == "string":
        return _as_bytes(value).decode("utf-8", "replace")
    if kind == "bytes":
        return base64.b64encode(_as_bytes(value)).decode()
    if kind == "bool":
        return bool(value)
    if kind in VARINTS:
        return value - (1 << 64) if value >= 1 << 63 else value
    if kind in ("double", "float"):
        return codec.number(struct.unpack("<d" if kind == "double" else "<f", value)[0])
    return _message(kind, _as_bytes(value))


def _time(data: bytes) -> str | None:
    parts = dict(_fields(data))
    if not parts:
        return None
    seconds = parts.get(1, 0)
    seconds = seconds - (1 << 64) if seconds >= 1 << 63 else seconds
    if seconds == -62135596800:  # Go's zero time
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _micro_time(data: bytes) -> str | None:
    parts = dict(_fields(data))
    whole = _time(data)
    return whole and f"{whole[:-1]}.{parts.get(2, 0) // 1000:06d}Z"


def _int_or_string(data: bytes) -> Any:
    parts = dict(_fields(data))
    if parts.get(1, 0) == 1:
        return _as_bytes(parts.get(3, b"")).decode()
    number = parts.get(2, 0)
    return number - (1 << 64) if number >= 1 << 63 else number


def _quantity(data: bytes) -> str:
    return _as_bytes(dict(_fields(data)).get(1, b"")).decode()


def _raw(data: bytes) -> Any:
    raw = _as_bytes(dict(_fields(data)).get(1, b""))
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError as error:
        raise ProtobufError(str(error)) from None


def _one(name: str, data: bytes) -> Object:
    """A message's fields by name, as they are: for unions, which JSON writes as whichever alternative is there."""
    known = message(name) or {}
    parts: Object = {}
    for number, value in _fields(data):
        field_name, kind, repeated = known[str(number)]
        if repeated:
            parts.setdefault(field_name, []).append(_value(kind, value))
        else:
            parts[field_name] = _value(kind, value)
    return parts


def _schema_or_array(data: bytes) -> Any:
    parts = _one(EXTENSIONS + "JSONSchemaPropsOrArray", data)
    return parts.get("jSONSchemas") or parts.get("schema")


def _schema_or_bool(data: bytes) -> Any:
    parts = _one(EXTENSIONS + "JSONSchemaPropsOrBool", data)
    return parts.get("schema", bool(parts.get("allows")))


def _schema_or_strings(data: bytes) -> Any:
    parts = _one(EXTENSIONS + "JSONSchemaPropsOrStringArray", data)
    return parts.get("property") or parts.get("schema")


_READERS = {
    META + "Time": _time,
    META + "MicroTime": _micro_time,
    META + "FieldsV1": _raw,
    INT_OR_STRING: _int_or_string,
    QUANTITY: _quantity,
    EXTENSION: _raw,
    EXTENSIONS + "JSON": _raw,
    EXTENSIONS + "JSONSchemaPropsOrArray": _schema_or_array,
    EXTENSIONS + "JSONSchemaPropsOrBool": _schema_or_bool,
    EXTENSIONS + "JSONSchemaPropsOrStringArray": _schema_or_strings,
}
