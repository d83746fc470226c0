"""Between protobuf messages and the JSON that Kubernetes stores.

Written is what the platform's own marshaller writes: zero values left out, enums by name, int64 as strings, Any as its raw
bytes. Read is either spelling of a field name; what a message does not know is refused.
"""

from __future__ import annotations

import base64
import json
import math
import struct
from collections.abc import Callable
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

Object = dict[str, Any]
Spell = Callable[[Any], str]
_DOUBLE, _FLOAT, _MESSAGE, _BYTES, _ENUM = 1, 2, 11, 12, 14
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
_INT64 = frozenset({3, 4, 6, 16, 18})
_TIME = "k8s.io.apimachinery.pkg.apis.meta.v1.Time"
_FIELDS = "k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1"
_JSON_FORMS = frozenset({"google.protobuf.Struct", "google.protobuf.Timestamp", "google.protobuf.Duration"})


class ConversionError(ValueError):
    """JSON that does not fit a message: the path and what is wrong there."""


def camel(field: Any) -> str:
    """The name that protobuf's JSON gives a field."""
    return str(field.json_name)


def is_map(field: Any) -> bool:
    """Whether a field is a map."""
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def to_json(message: Message, spell: Spell = camel) -> Object:
    """A message as JSON, without its zero values."""
    result: Object = {}
    for field, value in message.ListFields():
        name = spell(field)
        if is_map(field):
            item = field.message_type.fields_by_name["value"]
            result[name] = {str(key): _one(item, value[key], spell) for key in sorted(value)}
        elif field.is_repeated:
            result[name] = [_one(field, item, spell) for item in value]
        elif field.type == _ENUM and value == 0:
            continue
        else:
            result[name] = _one(field, value, spell)
    return result


def _one(field: Any, value: Any, spell: Spell) -> Any:
    if field.type == _ENUM:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known is not None else value
    if field.type == _BYTES:
        return base64.b64encode(value).decode()
    if field.type in _INT64:
        return str(value)
    if field.type in (_DOUBLE, _FLOAT):
        return _number(value, single=field.type == _FLOAT)
    if field.type != _MESSAGE:
        return value
    sort = field.message_type.full_name
    if sort in _JSON_FORMS:
        return json_format.MessageToDict(value)
    if sort == "google.protobuf.Any":
        return {"@type": value.type_url, "value": base64.b64encode(value.value).decode()}
    if sort == _FIELDS:
        return json.loads(value.Raw or b"{}")
    if sort == _TIME:
        stamp = json_format.Parse('"1970-01-01T00:00:00Z"', _timestamp())
        stamp.seconds, stamp.nanos = value.seconds, value.nanos
        return stamp.ToJsonString()
    return to_json(value, spell)


def _number(value: float, *, single: bool) -> float | str:
    """A number as Go writes it: in single precision as short as it can be told; what is no number by its name in quotes."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if single:
        packed = struct.pack("f", value)
        return next(
            short for digits in range(1, 10) if struct.pack("f", short := float(f"{value:.{digits}g}")) == packed
        )
    return value


def _timestamp() -> Any:
    from google.protobuf.timestamp_pb2 import Timestamp

    return Timestamp()


def from_json(message: Message, obj: Any, path: str = "") -> None:
    """Fill a message from JSON. Raises ConversionError."""
    if not isinstance(obj, dict):
        raise ConversionError(f"{path or 'object'}: expected an object")
    descriptor = message.DESCRIPTOR
    for name, value in obj.items():
        field = descriptor.fields_by_name.get(name) or descriptor.fields_by_camelcase_name.get(name)
        if field is None:
            field = next((known for known in descriptor.fields if known.json_name == name), None)
        where = f"{path}.{name}" if path else name
        if field is None:
            raise ConversionError(f"{where}: unknown field")
        if value is None:
            continue
        try:
            _fill(message, field, value, where)
        except ConversionError:
            raise
        except (TypeError, ValueError, AttributeError, json_format.ParseError) as error:
            raise ConversionError(f"{where}: {error}") from None


def _fill(message: Message, field: Any, value: Any, where: str) -> None:
    target = getattr(message, field.name)
    if is_map(field):
        item = field.message_type.fields_by_name["value"]
        for key, entry in value.items():
            if item.type == _MESSAGE:
                _fill_message(target[key], item, entry, where)
            else:
                target[key] = _scalar(item, entry)
    elif field.is_repeated:
        if not isinstance(value, list):
            raise ConversionError(f"{where}: expected an array")
        for position, entry in enumerate(value):
            if field.type == _MESSAGE:
                _fill_message(target.add(), field, entry, f"{where}[{position}]")
            else:
                target.append(_scalar(field, entry))
    elif field.type == _MESSAGE:
        target.SetInParent()
        _fill_message(target, field, value, where)
    else:
        setattr(message, field.name, _scalar(field, value))


def _fill_message(message: Any, field: Any, value: Any, where: str) -> None:
    sort = field.message_type.full_name
    if sort in _JSON_FORMS:
        json_format.ParseDict(value, message)
    elif sort == "google.protobuf.Any":
        message.type_url, message.value = value.get("@type", ""), base64.b64decode(value.get("value", ""))
    elif sort == _FIELDS:
        message.Raw = json.dumps(value).encode()
    elif sort == _TIME:
        stamp = json_format.ParseDict(value, _timestamp())
        message.seconds, message.nanos = stamp.seconds, stamp.nanos
    else:
        from_json(message, value, where)


def _scalar(field: Any, value: Any) -> Any:
    if field.type == _ENUM:
        if isinstance(value, int):
            return value
        known = field.enum_type.values_by_name.get(value)
        if known is None:
            raise ValueError(f"{value!r} is none of {field.enum_type.name}")
        return known.number
    if field.type == _BYTES:
        return base64.b64decode(value)
    if field.type in _INT64:
        return int(value)
    if field.type in (_DOUBLE, _FLOAT) and value in _NO_NUMBERS:
        return float(value)
    return value
