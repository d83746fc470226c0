"""JSON to protobuf: what typed clients may ask for."""

from __future__ import annotations

import base64
import struct
from datetime import datetime
from typing import Any

import orjson

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.protobuf.messages import (
    EXTENSION,
    EXTENSIONS,
    INT_OR_STRING,
    MAGIC,
    META,
    QUANTITY,
    VARINTS,
    inlined,
    is_list,
    message,
    message_name,
)


def encode(obj: Object) -> bytes | None:
    """An object in its envelope; None when its kind has no protobuf form."""
    api_version, kind = str(obj.get("apiVersion") or ""), str(obj.get("kind") or "")
    name = message_name(api_version, kind)
    if name is None:
        return None
    type_meta = _text(1, api_version) + _text(2, kind)
    return MAGIC + _block(1, type_meta) + _block(2, _write(name, obj)) + _text(3, "") + _text(4, "")


def encode_event(sort: str, obj: Object) -> bytes | None:
    """An event of a watch: its length in four bytes, and a ``WatchEvent`` around the object in its envelope."""
    inner = encode(obj)
    if inner is None:
        return None
    event = _text(1, sort) + _block(2, _block(1, inner))
    return struct.pack(">I", len(event)) + event


def _number(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _block(number: int, data: bytes) -> bytes:
    return _number(number << 3 | 2) + _number(len(data)) + data


def _text(number: int, text: str) -> bytes:
    return _block(number, text.encode("utf-8", "surrogatepass"))


def _write(name: str, value: Any) -> bytes:
    special = _WRITERS.get(name)
    if special is not None:
        return special(value)
    if is_list(name):
        value = {"items": value}
    out = bytearray()
    embedded = inlined(name)
    for number, (json_name, kind, repeated) in (message(name) or {}).items():
        if number in embedded:
            out += _block(int(number), _write(kind, value))
            continue
        item = value.get(json_name)
        if item is None:
            continue
        if kind.startswith("map:"):
            for key, entry in item.items():
                out += _block(int(number), _text(1, key) + _field(2, kind[4:], entry))
        elif repeated:
            for entry in item:
                out += _field(int(number), kind, entry)
        else:
            out += _field(int(number), kind, item)
    return bytes(out)


def _field(number: int, kind: str, value: Any) -> bytes:
    if kind == "string":
        return _text(number, str(value))
    if kind == "bytes":
        return _block(number, base64.b64decode(value))
    if kind in VARINTS:
        return _number(number << 3) + _number(int(value))
    if kind == "double":
        return _number(number << 3 | 1) + struct.pack("<d", value)
    if kind == "float":
        return _number(number << 3 | 5) + struct.pack("<f", value)
    return _block(number, _write(kind, value))


def _write_time(value: Any) -> bytes:
    moment = datetime.fromisoformat(str(value))
    return _number(1 << 3) + _number(int(moment.timestamp())) + _number(2 << 3) + _number(moment.microsecond * 1000)


def _write_int_or_string(value: Any) -> bytes:
    if isinstance(value, str):
        return _number(1 << 3) + _number(1) + _number(2 << 3) + _number(0) + _text(3, value)
    return _number(1 << 3) + _number(0) + _number(2 << 3) + _number(int(value)) + _text(3, "")


def _write_raw(value: Any) -> bytes:
    return _block(1, orjson.dumps(value))


def _write_schema_or_array(value: Any) -> bytes:
    if isinstance(value, list):
        return b"".join(_field(2, EXTENSIONS + "JSONSchemaProps", item) for item in value)
    return _field(1, EXTENSIONS + "JSONSchemaProps", value)


def _write_schema_or_bool(value: Any) -> bytes:
    if isinstance(value, bool):
        return _field(1, "bool", value)
    return _field(1, "bool", True) + _field(2, EXTENSIONS + "JSONSchemaProps", value)


def _write_schema_or_strings(value: Any) -> bytes:
    if isinstance(value, list):
        return b"".join(_text(2, item) for item in value)
    return _field(1, EXTENSIONS + "JSONSchemaProps", value)


_WRITERS = {
    META + "Time": _write_time,
    META + "MicroTime": _write_time,
    META + "FieldsV1": _write_raw,
    INT_OR_STRING: _write_int_or_string,
    QUANTITY: lambda value: _text(1, str(value)),
    EXTENSION: _write_raw,
    EXTENSIONS + "JSON": _write_raw,
    EXTENSIONS + "JSONSchemaPropsOrArray": _write_schema_or_array,
    EXTENSIONS + "JSONSchemaPropsOrBool": _write_schema_or_bool,
    EXTENSIONS + "JSONSchemaPropsOrStringArray": _write_schema_or_strings,
}
