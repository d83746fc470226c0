"""CEL's values that JSON does not have, and how a schema's JSON becomes CEL."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from emulator.apiserver.apimachinery.objects import Object

Convert = Callable[[Any], Any]
REQUEST_RESOURCE = "authorizer.requestResource"  # one variable, whose name has a dot
RESERVED = frozenset(
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while",
    }
)  # fmt: skip
_DURATION = re.compile(r"([+-]?)((?:\d+(?:\.\d*)?(?:h|ms|us|µs|ns|m|s))+)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


class CelError(Exception):
    """A rule that could not be evaluated; the text is cel-go's."""


class Optional:
    """A value that may be missing."""

    __slots__ = ("has", "value")

    def __init__(self, has: bool = False, value: Any = None) -> None:
        self.has = has
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Optional) and (self.has, self.value) == (other.has, other.value)

    def __hash__(self) -> int:
        return hash((self.has, repr(self.value)))


class Struct(dict[str, Any]):
    """A value that an expression constructs: ``Object.spec{replicas: 1}``."""

    def __init__(self, type_name: str, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.type = type_name


class SetList(list[Any]):
    """A list of ``x-kubernetes-list-type: set``: order does not count."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and len(self) == len(other) and all(item in other for item in self)

    __hash__ = None


class Url:
    """A parsed URL."""

    def __init__(self, text: str) -> None:
        try:
            self.parts = urlsplit(text)
            self.port = self.parts.port
        except ValueError as error:
            raise CelError(f"URL parse error during conversion from string: {error}") from None
        if not (self.parts.scheme or text.startswith("/")):
            raise CelError(f'URL parse error during conversion from string: parse "{text}": invalid URI for request')
        self.query = parse_qs(self.parts.query, keep_blank_values=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Url) and self.parts == other.parts

    __hash__ = None  # type: ignore[assignment]


def duration(text: str) -> timedelta:
    """A Go duration. Raises CelError."""
    match = _DURATION.fullmatch(text)
    if match is None:
        if text in ("0", "+0", "-0"):
            return timedelta()
        raise CelError(f'time: invalid duration "{text}"')
    seconds = sum(
        float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)(h|ms|us|µs|ns|m|s)", match.group(2))
    )
    return timedelta(seconds=-seconds if match.group(1) == "-" else seconds)


def timestamp(text: str) -> datetime:
    """An RFC 3339 timestamp. Raises CelError."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise CelError(f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse') from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def escape(name: str) -> str:
    """A property's name as rules write it."""
    if name in RESERVED:
        return f"__{name}__"
    return (
        name.replace("__", "__underscores__").replace(".", "__dot__").replace("-", "__dash__").replace("/", "__slash__")
    )


def _same(value: Any) -> Any:
    return value


def converter(node: Object) -> Convert:
    """How values of a schema become CEL values."""
    sort, form = node.get("type"), node.get("format")
    if node.get("x-kubernetes-int-or-string"):
        return _same
    if sort == "string":
        special: dict[Any, Convert] = {
            "date-time": timestamp,
            "datetime": timestamp,
            "date": timestamp,
            "duration": duration,
            "byte": base64.b64decode,
        }
        return special.get(form, _same)
    if sort == "number":
        return lambda value: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if sort == "array":
        item = converter(node.get("items") or {})
        shape = SetList if node.get("x-kubernetes-list-type") in ("set", "map") else list
        return lambda value: shape(item(entry) for entry in value) if isinstance(value, list) else value
    if sort == "object" or "properties" in node:
        return _object(node)
    return _same


def _object(node: Object) -> Convert:
    known = {name: (escape(name), converter(child)) for name, child in (node.get("properties") or {}).items()}
    more = node.get("additionalProperties")
    other = converter(more) if isinstance(more, dict) else _same
    if node.get("x-kubernetes-embedded-resource"):
        for name in ("apiVersion", "kind", "metadata"):
            known.setdefault(name, (name, _same))

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        result: Object = {}
        for name, item in value.items():
            if item is None:
                continue
            spelled = known.get(name)
            if spelled is not None:
                result[spelled[0]] = spelled[1](item)
            else:
                result[name] = other(item)
        return result

    return convert
