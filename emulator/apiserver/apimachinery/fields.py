"""Field errors: what is wrong at which path, in the words of k8s.io/apimachinery/pkg/util/validation/field.

Paths are plain strings (``spec.items[0].name``, ``metadata.labels[app]``); ``child``, ``index`` and ``key`` build them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emulator.apiserver.apimachinery.objects import Object

_NO_VALUE = object()

PREFIXES = {
    "FieldValueNotFound": "Not found",
    "FieldValueRequired": "Required value",
    "FieldValueDuplicate": "Duplicate value",
    "FieldValueInvalid": "Invalid value",
    "FieldValueNotSupported": "Unsupported value",
    "FieldValueForbidden": "Forbidden",
    "FieldValueTooLong": "Too long",
    "FieldValueTooMany": "Too many",
    "InternalError": "Internal error",
    "FieldValueTypeInvalid": "Invalid value",
}


def child(path: str, name: str) -> str:
    """The path of a field beneath *path*."""
    return f"{path}.{name}" if path else name


def index(path: str, position: int) -> str:
    """The path of a list item."""
    return f"{path}[{position}]"


def key(path: str, name: str) -> str:
    """The path of a map entry."""
    return f"{path}[{name}]"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One violation: its reason (a StatusCause reason), where, the offending value, and a sentence."""

    reason: str
    path: str
    value: Any
    detail: str

    @property
    def body(self) -> str:
        """The message without the path: ``Invalid value: "x": must be ...``."""
        prefix = PREFIXES[self.reason]
        if (
            self.value is _NO_VALUE
            or self.reason in ("FieldValueRequired", "FieldValueForbidden", "InternalError")
            or self.reason == "FieldValueTooLong"
        ):
            text = prefix
        else:
            text = f"{prefix}: {go_value(self.value)}"
        return f"{text}: {self.detail}" if self.detail else text

    def __str__(self) -> str:
        return f"{self.path}: {self.body}"


def cause(error: FieldError) -> Object:
    """The ``StatusCause`` of a field error."""
    return {"reason": error.reason, "message": error.body, "field": error.path}


def go_value(value: Any) -> str:
    """A JSON value as Go's field errors print it: strings quoted, objects as JSON, null as ``null``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return go_quote(value)
    if isinstance(value, (dict, list)):
        return go_json(value)
    return go_float(value) if isinstance(value, float) else str(value)


def go_json(value: Any) -> str:
    """A JSON value as Go's encoding/json writes it: sorted keys, whole floats as integers, HTML characters escaped."""
    text = json.dumps(_ordered(value), separators=(",", ":"), ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


class GoStruct(Object):
    """An object that Go prints from a struct: its fields stay in their order."""


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        names = value if isinstance(value, GoStruct) else sorted(value)
        return {name: _ordered(value[name]) for name in names}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return int(value) if isinstance(value, float) and abs(value) < 1e21 and value.is_integer() else value


def go_print(value: Any) -> str:
    """A JSON value as Go's %v prints it: ``map[a:1 b:[x y]]``."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{name}:{go_print(value[name])}' for name in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_print, value))}]"
    return go_float(value) if isinstance(value, float) else str(value)


def go_float(value: float) -> str:
    """A float as Go's %v prints it: ``100``, ``0.5``, ``1e+21``."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    number = Decimal(repr(value))
    exponent = number.adjusted() if number else 0
    if -4 <= exponent < 21:
        plain = f"{number:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    sign, digits, _ = number.normalize().as_tuple()
    first, *rest = map(str, digits)
    mantissa = f"{first}.{''.join(rest)}" if rest else first
    return f"{'-' if sign else ''}{mantissa}e{exponent:+03d}"


def go_quote(text: str) -> str:
    """A string as Go's %q prints it."""
    out = ['"']
    for char in text:
        code = ord(char)
        if char in ('"', "\\"):
            out.append("\\" + char)
        elif char in _GO_ESCAPES:
            out.append(_GO_ESCAPES[char])
        elif char.isprintable():
            out.append(char)
        elif code < 0x80:
            out.append(f"\\x{code:02x}")
        elif code < 0x10000:
            out.append(f"\\u{code:04x}")
        else:
            out.append(f"\\U{code:08x}")
    out.append('"')
    return "".join(out)


_GO_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


def required(path: str, detail: str = "") -> FieldError:
    """The field must be given."""
    return FieldError("FieldValueRequired", path, _NO_VALUE, detail)


def invalid(path: str, value: Any, detail: str) -> FieldError:
    """The value breaks a rule."""
    return FieldError("FieldValueInvalid", path, value, detail)


def invalid_without_value(path: str, detail: str) -> FieldError:
    """The value breaks a rule and is left out of the message (CEL on objects and lists)."""
    return FieldError("FieldValueInvalid", path, _NO_VALUE, detail)


def type_invalid(path: str, value: Any, detail: str) -> FieldError:
    """The value has the wrong JSON type."""
    return FieldError("FieldValueTypeInvalid", path, value, detail)


def not_supported(path: str, value: Any, supported: list[str]) -> FieldError:
    """The value is none of an enumeration."""
    listed = ", ".join(go_quote(item) for item in supported)
    return FieldError("FieldValueNotSupported", path, value, f"supported values: {listed}" if supported else "")


def duplicate(path: str, value: Any) -> FieldError:
    """The value is there twice."""
    return FieldError("FieldValueDuplicate", path, value, "")


def forbidden(path: str, detail: str) -> FieldError:
    """The field may not be set, or not be changed."""
    return FieldError("FieldValueForbidden", path, _NO_VALUE, detail)


def too_long(path: str, maximum: int) -> FieldError:
    """A string is over its limit in bytes."""
    unit = "byte" if maximum == 1 else "bytes"
    return FieldError("FieldValueTooLong", path, _NO_VALUE, f"may not be more than {maximum} {unit}")


def too_many(path: str, actual: int, maximum: int) -> FieldError:
    """A list or map is over its limit."""
    unit = "item" if maximum == 1 else "items"
    return FieldError("FieldValueTooMany", path, actual, f"must have at most {maximum} {unit}")


def not_found(path: str, value: Any) -> FieldError:
    """The value names something that is not there."""
    return FieldError("FieldValueNotFound", path, value, "")


def internal(path: str, detail: str) -> FieldError:
    """The server failed while it looked at the field."""
    return FieldError("InternalError", path, _NO_VALUE, detail)
