"""JSON and YAML as the Kubernetes API server reads and writes them.

Writing is canonical (sorted keys) and escapes ``<``, ``>``, ``&`` as Go does. Reading tells duplicate fields, turns integral
floats into integers as Go's encoder shows them, and fails with the texts of Go's decoder.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import orjson

from emulator.apiserver.apimachinery.gojson import GoJsonError, explain
from emulator.apiserver.apimachinery.objects import Object

MAX_DEPTH = 400
_FLOAT = re.compile(rb"[0-9][.eE]")
_INT64 = 1 << 63
_EXACT = 1 << 53  # up to here every integer is a float


def encode(obj: Any) -> bytes:
    """Canonical JSON, without a line end."""
    return escape_html(orjson.dumps(obj, option=orjson.OPT_SORT_KEYS))


def escape_html(data: bytes) -> bytes:
    """Escape what Go's encoder escapes beyond JSON's own rules; nothing is copied when there is nothing to escape."""
    if b"<" in data:
        data = data.replace(b"<", b"\\u003c")
    if b">" in data:
        data = data.replace(b">", b"\\u003e")
    if b"&" in data:
        data = data.replace(b"&", b"\\u0026")
    if b"\xe2\x80" in data:
        data = data.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    return data


def load(data: bytes) -> Object:
    """An object from bytes that this server encoded."""
    obj: Object = orjson.loads(data)
    return obj


def decode_json(body: bytes) -> tuple[Any, list[str]]:
    """A JSON value, and ``duplicate field "spec.size"`` for each field that is there twice (the last one counts).

    Raises ValueError with the text of Go's decoder.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = _decode_hard(body)
    if _FLOAT.search(body):
        value = _integral(value)
    if b"\\u003" not in body and body.count(b":") == _dump(value).count(b":"):
        return value, []
    return value, _duplicates(body)


def _dump(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # integers beyond 64 bits
        return b""


def _decode_hard(body: bytes) -> Any:
    """What orjson refuses: Go takes lone surrogates and broken UTF-8 as U+FFFD; everything else is an error."""
    import json

    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    except ValueError:
        raise ValueError(explain(body)) from None
    return _clean(value)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -_INT64 <= value < _INT64:
        return float(value)
    return value


def number(value: float) -> float:
    """A number as Go's encoder shows it: 1 for 1.0, by the fewest digits that tell it from its neighbours.

    What 64 bits cannot hold is a float, and is written with an exponent. Raises ValueError for what no float can hold.
    """
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        return value
    digits = value if isinstance(value, int) else int(value) if abs(value) < _EXACT else int(Decimal(repr(value)))
    if -_INT64 <= digits < 2 * _INT64:
        return digits
    try:
        return float(value)
    except OverflowError:
        raise ValueError("a number is out of range") from None


def _integral(value: Any) -> Any:
    """A value with its numbers as Go shows them."""
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_integral(item) for item in value]
    return value


def _duplicates(body: bytes) -> list[str]:
    """The messages about fields that are there twice; parsed again, slowly, by the standard library."""
    import json

    marker = "\0duplicates"

    def pairs(items: list[tuple[str, Any]]) -> Object:
        result: Object = {}
        twice: list[str] = []
        for key, item in items:
            if key in result and key not in twice:
                twice.append(key)
            result[key] = item
        if twice:
            result[marker] = twice
        return result

    found: list[str] = []

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            found.extend(f'duplicate field "{path}{key}"' for key in value.pop(marker, ()))
            for key, item in value.items():
                walk(item, f"{path}{key}.")
        elif isinstance(value, list):
            for position, item in enumerate(value):
                walk(item, f"{path.rstrip('.')}[{position}].")

    walk(json.loads(body.decode("utf-8", "replace"), object_pairs_hook=pairs), "")
    return found


def decode_yaml(body: bytes) -> tuple[Any, list[str]]:
    """A YAML (or JSON) value and its duplicate keys. Raises ValueError with go-yaml's text, as near as we know it."""
    if body.lstrip()[:1] in (b"{", b"["):
        try:
            return decode_json(body)
        except ValueError:
            pass
    from emulator.apiserver.apimachinery import goyaml

    value, duplicates = goyaml.decode(body)
    return _integral(value), duplicates


def encode_yaml(obj: Any) -> bytes:
    """A value as YAML: sorted keys, lists not indented."""
    from emulator.apiserver.apimachinery import goyaml

    return goyaml.encode(obj)


__all__ = ["GoJsonError", "decode_json", "decode_yaml", "encode", "encode_yaml", "escape_html", "load"]
