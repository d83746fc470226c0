"""Kubernetes' protobuf encoding of built-in kinds: what typed clients (client-go, kubectl create) send and may ask for.

An object is ``k8s\\0`` and a ``runtime.Unknown`` that wraps the kind's own message. Field numbers come from the published
descriptors (``fixtures/kubernetes/protobuf.json``); JSON and protobuf differ in a few messages, which are spelled out here.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson

from emulator import fixtures
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.kubernetes import definitions

MAGIC = b"k8s\x00"
META = "k8s.io.apimachinery.pkg.apis.meta.v1."
_API = "k8s.io.api."
_GROUPS = {
    "": "core",
    "rbac.authorization.k8s.io": "rbac",
    "admissionregistration.k8s.io": "admissionregistration",
    "authentication.k8s.io": "authentication",
    "authorization.k8s.io": "authorization",
    "certificates.k8s.io": "certificates",
    "coordination.k8s.io": "coordination",
    "discovery.k8s.io": "discovery",
    "events.k8s.io": "events",
    "flowcontrol.apiserver.k8s.io": "flowcontrol",
    "networking.k8s.io": "networking",
    "node.k8s.io": "node",
    "scheduling.k8s.io": "scheduling",
    "storage.k8s.io": "storage",
}
# Where the JSON name is not the protobuf name.
_NAMES = {"uID": "uid", "podIPs": "podIPs", "x509": "x509", "Raw": "raw"}
_VARINTS = frozenset({"int32", "int64", "uint32", "uint64", "bool", "enum"})
_WRAPPED_LISTS = frozenset({"ExtraValue"})
Fields = Mapping[str, tuple[str, str, bool]]


class ProtobufError(ValueError):
    """Bytes that are no Kubernetes protobuf message."""


@cache
def _table() -> Mapping[str, Fields]:
    loaded: Mapping[str, Fields] = orjson.loads(fixtures.path("kubernetes", "protobuf.json").read_bytes())
    return loaded


@cache
def _inlined(name: str) -> frozenset[str]:
    """The numbers of fields whose message JSON writes into the outer object: Go embeds the struct."""
    node = definitions().get("io." + name.replace("k8s.io.", "k8s.", 1))
    properties = (node or {}).get("properties")
    if not properties:
        return frozenset()
    return frozenset(
        number
        for number, (json_name, kind, repeated) in _table()[name].items()
        if kind.startswith("k8s.io.") and not repeated and _NAMES.get(json_name, json_name) not in properties
    )


def message_name(api_version: str, kind: str) -> str | None:
    """The message of a kind; None when it has none (custom resources)."""
    if kind in (
        "Status",
        "DeleteOptions",
        "ListOptions",
        "PartialObjectMetadata",
        "PartialObjectMetadataList",
        "Table",
        "APIVersions",
        "APIGroup",
        "APIGroupList",
        "APIResourceList",
    ):
        return META + kind
    group, _, version = api_version.rpartition("/")
    name = f"{_API}{_GROUPS.get(group, group)}.{version}.{kind}"
    return name if name in _table() else None


# Reading


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
    obj: Object = _message(name, _as_bytes(unknown.get(2, b"")))
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
    known = _table().get(name)
    if known is None:
        raise ProtobufError(f"unknown message {name}")
    result: Object = {}
    inlined = _inlined(name)
    for number, value in _fields(data):
        field = known.get(str(number))
        if field is None:
            continue
        if str(number) in inlined:
            result.update(_message(field[1], _as_bytes(value)))
            continue
        json_name, kind, repeated = field
        json_name = _NAMES.get(json_name, json_name)
        if kind.startswith("map:"):
            key, item = _entry(kind[4:], _as_bytes(value))
            result.setdefault(json_name, {})[key] = item
        elif repeated:
            result.setdefault(json_name, []).append(_value(kind, value))
        else:
            item = _value(kind, value)
            if item is not None:
                result[json_name] = item
    if name.rpartition(".")[2] in _WRAPPED_LISTS:
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
    if kind in _VARINTS:
        return value - (1 << 64) if value >= 1 << 63 else value
    if kind == "double":
        return struct.unpack("<d", value)[0]
    if kind == "float":
        return struct.unpack("<f", value)[0]
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


_RESOURCE = "k8s.io.apimachinery.pkg.api.resource.Quantity"
_INTSTR = "k8s.io.apimachinery.pkg.util.intstr.IntOrString"
_EXTENSION = "k8s.io.apimachinery.pkg.runtime.RawExtension"
_READERS = {
    META + "Time": _time,
    META + "MicroTime": _micro_time,
    META + "FieldsV1": _raw,
    _INTSTR: _int_or_string,
    _RESOURCE: _quantity,
    _EXTENSION: _raw,
}


# Writing


def encode(obj: Object) -> bytes | None:
    """An object in its envelope; None when its kind has no protobuf form."""
    api_version, kind = str(obj.get("apiVersion") or ""), str(obj.get("kind") or "")
    name = message_name(api_version, kind)
    if name is None:
        return None
    type_meta = _text(1, api_version) + _text(2, kind)
    return MAGIC + _block(1, type_meta) + _block(2, _write(name, obj)) + _text(3, "") + _text(4, "")


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
    if name.rpartition(".")[2] in _WRAPPED_LISTS:
        value = {"items": value}
    out = bytearray()
    inlined = _inlined(name)
    for number, (json_name, kind, repeated) in _table()[name].items():
        if number in inlined:
            out += _block(int(number), _write(kind, value))
            continue
        item = value.get(_NAMES.get(json_name, json_name))
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
    if kind in _VARINTS:
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


_WRITERS = {
    META + "Time": _write_time,
    META + "MicroTime": _write_time,
    META + "FieldsV1": _write_raw,
    _INTSTR: _write_int_or_string,
    _RESOURCE: lambda value: _text(1, str(value)),
    _EXTENSION: _write_raw,
}
