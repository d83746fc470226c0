"""A Swagger 2 document as protobuf, which kubectl asks for: github.com/google/gnostic-models/openapiv2/OpenAPIv2.proto.

Only what Kubernetes' documents have is written. Strings, numbers and messages follow the fields' numbers in that file.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any

from emulator.apiserver.apimachinery.objects import Object

MEDIA_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
OLD_MEDIA_TYPE = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"  # asked for, and no longer answered with
_METHODS = (("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8))


def document(title: str, version: str, parts: Iterable[Object]) -> bytes:
    """A whole document; *parts* are objects with ``definitions`` and ``paths``, which are merged by whoever reads it."""
    info = _text(1, title) + _text(2, version)
    return _text(1, "2.0") + _message(2, info) + b"".join(map(part, parts))


def part(swagger: Object) -> bytes:
    """The ``paths`` and ``definitions`` of a document. Encoded parts can be joined: protobuf merges them."""
    paths = b"".join(_named(2, name, _path(item)) for name, item in swagger["paths"].items())
    definitions = b"".join(_named(1, name, _schema(node)) for name, node in swagger["definitions"].items())
    return _message(8, paths) + _message(9, definitions)


def _path(item: Object) -> bytes:
    out = [_message(number, _operation(item[method])) for method, number in _METHODS if method in item]
    out += [_message(9, _parameter(parameter)) for parameter in item.get("parameters") or ()]
    return b"".join(out)


def _operation(operation: Object) -> bytes:
    out = [
        _texts(1, operation.get("tags")),
        _text(3, operation.get("description")),
        _text(5, operation.get("operationId")),
    ]
    out += [_texts(6, operation.get("produces")), _texts(7, operation.get("consumes"))]
    out += [_message(8, _parameter(parameter)) for parameter in operation.get("parameters") or ()]
    responses = b"".join(
        _named(1, code, _message(1, _response(answer))) for code, answer in operation["responses"].items()
    )
    out += [_message(9, responses), _extensions(13, operation)]
    return b"".join(out)


def _response(answer: Object) -> bytes:
    schema = answer.get("schema")
    return _text(1, answer.get("description")) + (_message(2, _message(1, _schema(schema))) if schema else b"")


def _parameter(parameter: Object) -> bytes:
    """A ParametersItem: body parameters have a schema, the others a type."""
    where, name = parameter["in"], parameter["name"]
    required, text = _flag(parameter.get("required")), parameter.get("description")
    if where == "body":
        body = _text(1, text) + _text(2, name) + _text(3, where) + (b"\x20" + required if required else b"")
        return _message(1, _message(1, body + _message(5, _schema(parameter["schema"]))))
    sort, unique = _text(6 if where == "query" else 5, parameter.get("type")), parameter.get("uniqueItems")
    plain = (b"\x08" + required if required else b"") + _text(2, where) + _text(3, text) + _text(4, name) + sort
    if unique:
        plain += _key(19 if where == "query" else 18, 0) + b"\x01"
    return _message(1, _message(2, _message(3 if where == "query" else 4, plain)))


def _schema(node: Object) -> bytes:
    out = [writer(number, node[name]) for name, (number, writer) in _SCHEMA.items() if name in node]
    return b"".join(out) + _extensions(31, node)


def _extensions(number: int, node: Object) -> bytes:
    return b"".join(_named(number, name, _any(value)) for name, value in node.items() if name.startswith("x-"))


def _any(value: Any) -> bytes:
    """An Any: the value as YAML."""
    import yaml

    return _text(2, yaml.dump(value, Dumper=yaml.CSafeDumper, default_flow_style=False))


# Fields of protobuf


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _key(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _message(number: int, body: bytes) -> bytes:
    return _key(number, 2) + _varint(len(body)) + body


def _text(number: int, value: str | None) -> bytes:
    return _message(number, value.encode()) if value else b""


def _texts(number: int, values: Iterable[str] | None) -> bytes:
    return b"".join(_message(number, value.encode()) for value in values or ())


def _named(number: int, name: str, value: bytes) -> bytes:
    return _message(number, _text(1, name) + _message(2, value))


def _flag(value: Any) -> bytes:
    return b"\x01" if value else b""


def _number(number: int, value: float) -> bytes:
    return _key(number, 1) + struct.pack("<d", value)


def _whole(number: int, value: int) -> bytes:
    return _key(number, 0) + _varint(int(value))


def _additional(number: int, value: Any) -> bytes:
    return _message(number, _message(1, _schema(value)) if isinstance(value, dict) else _whole(2, bool(value)))


def _type(number: int, value: Any) -> bytes:
    return _message(number, _texts(1, [value] if isinstance(value, str) else value))


def _items(number: int, value: Any) -> bytes:
    return _message(
        number, b"".join(_message(1, _schema(item)) for item in (value if isinstance(value, list) else [value]))
    )


def _properties(number: int, value: Object) -> bytes:
    return _message(number, b"".join(_named(1, name, _schema(child)) for name, child in value.items()))


_SCHEMA: dict[str, tuple[int, Callable[[int, Any], bytes]]] = {
    "$ref": (1, _text),
    "format": (2, _text),
    "title": (3, _text),
    "description": (4, _text),
    "default": (5, lambda number, value: _message(number, _any(value))),
    "multipleOf": (6, _number),
    "maximum": (7, _number),
    "exclusiveMaximum": (8, _whole),
    "minimum": (9, _number),
    "exclusiveMinimum": (10, _whole),
    "maxLength": (11, _whole),
    "minLength": (12, _whole),
    "pattern": (13, _text),
    "maxItems": (14, _whole),
    "minItems": (15, _whole),
    "uniqueItems": (16, _whole),
    "maxProperties": (17, _whole),
    "minProperties": (18, _whole),
    "required": (19, _texts),
    "enum": (20, lambda number, value: b"".join(_message(number, _any(item)) for item in value)),
    "additionalProperties": (21, _additional),
    "type": (22, _type),
    "items": (23, _items),
    "allOf": (24, lambda number, value: b"".join(_message(number, _schema(item)) for item in value)),
    "properties": (25, _properties),
}
