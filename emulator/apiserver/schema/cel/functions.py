"""CEL's functions: the standard ones, and Kubernetes' libraries. Each takes evaluated arguments."""

from __future__ import annotations

import base64
import itertools
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from emulator.apiserver.apimachinery import quantity as quantities
from emulator.apiserver.apimachinery import syntax as names
from emulator.apiserver.apimachinery.quantity import Quantity
from emulator.apiserver.schema.cel import networks, texts
from emulator.apiserver.schema.cel.literals import Uint
from emulator.apiserver.schema.cel.semver import Semver, parse_semver
from emulator.apiserver.schema.cel.values import CelError, Optional, Url, duration, timestamp
from emulator.apiserver.schema.regexp import compile_pattern

Function = Callable[..., Any]
NO_OVERLOAD = "no such overload"


class TypeValue:
    """What ``type(x)`` gives."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypeValue) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


TYPES = {
    "int": "int", "uint": "uint", "double": "double", "bool": "bool", "string": "string", "bytes": "bytes", "list": "list",
    "map": "map", "null_type": "null_type", "type": "type",
}  # fmt: skip
WELL_KNOWN = frozenset({"google.protobuf.Timestamp", "google.protobuf.Duration"})


def type_name(value: Any) -> str:
    """CEL's name of a value's type."""
    if value is None:
        return "null_type"
    for kind, name in (
        (bool, "bool"), (Uint, "uint"), (int, "int"), (float, "double"), (str, "string"), (bytes, "bytes"), (list, "list"),
        (dict, "map"), (datetime, "google.protobuf.Timestamp"), (timedelta, "google.protobuf.Duration"), (TypeValue, "type"),
        (Optional, "optional_type"), (Semver, "kubernetes.Semver"), (Url, "kubernetes.URL"), (Quantity, "kubernetes.Quantity"),
    ):  # fmt: skip
        if isinstance(value, kind):
            return name
    return type(value).__name__


def _matches(text: str, pattern: str) -> bool:
    try:
        return compile_pattern(pattern).search(text)
    except ValueError as error:
        raise CelError(str(error)) from None


@lru_cache(maxsize=512)
def _regex(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise CelError(f"error parsing regexp: {error}") from None


def size(value: Any) -> int:
    """Characters, bytes, items or entries."""
    if isinstance(value, (str, bytes, list, dict)):
        return len(value)
    raise CelError(NO_OVERLOAD)


def to_int(value: Any) -> int:
    """``int(x)``."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise CelError(f'strconv.ParseInt: parsing "{value}": invalid syntax') from None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise CelError(NO_OVERLOAD)
    return int(value)


def to_string(value: Any) -> str:
    """``string(x)``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, datetime):
        whole, _, fraction = value.astimezone(UTC).isoformat().removesuffix("+00:00").partition(".")
        return f"{whole}.{fraction.rstrip('0')}Z" if fraction else f"{whole}Z"
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return f"{int(seconds) if seconds.is_integer() else seconds}s"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, networks.Address | networks.Network):
        return str(value)
    raise CelError(NO_OVERLOAD)


def _double(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise CelError(NO_OVERLOAD) from None


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "True", "TRUE", "t", "1"):
        return True
    if value in ("false", "False", "FALSE", "f", "0"):
        return False
    raise CelError(NO_OVERLOAD)


def _total(items: list[Any]) -> Any:
    if not items:
        return 0
    result = items[0]
    for item in items[1:]:
        result = result + item
    return result


def _extreme(pick: Callable[..., Any], name: str) -> Function:
    def found(*arguments: Any) -> Any:
        items = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else list(arguments)
        if not items:
            raise CelError(f"{name} called on empty list")
        return pick(items)

    return found


def _quantity(text: str) -> Quantity:
    try:
        return quantities.parse(text)
    except ValueError as error:
        raise CelError(str(error)) from None


def _is(build: Callable[[Any], Any]) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        try:
            build(value)
        except (CelError, ValueError):
            return False
        return True

    return check


def _fail(text: str) -> Any:
    raise CelError(text)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_shown(key)}: {_shown(item)}" for key, item in sorted(value.items())) + "}"
    return to_string(value)


def _is_semver(text: str, normalize: bool = False) -> bool:
    return _is(lambda given: parse_semver(given, normalize))(text)


def _moved(one: Quantity, two: Quantity | int, sign: int) -> Quantity:
    """A quantity, more or less another, written as the first."""
    return Quantity(one.value + sign * (two.value if isinstance(two, Quantity) else two), one.form)


def _compare(one: Any, two: Any) -> int:
    """-1, 0 or 1 for two quantities or two versions."""
    return one.compare(two) if isinstance(one, Semver) else quantities.compare(one, two)


class NameFormat:
    """A named format: ``format.dns1123Label()``."""

    def __init__(self, check: Callable[[str], list[str]]) -> None:
        self.check = check

    def validate(self, text: str) -> Optional:
        """Nothing when the text is fine, else the complaints."""
        found = self.check(text)
        return Optional(True, found) if found else Optional()


def _prefixed(check: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    return lambda text: check(text[:-1] + "a" if text.endswith("-") else text)


FORMATS = {
    "dns1123Label": NameFormat(names.dns1123_label),
    "dns1123Subdomain": NameFormat(names.dns1123_subdomain),
    "dns1035Label": NameFormat(names.dns1035_label),
    "qualifiedName": NameFormat(names.qualified_name),
    "labelValue": NameFormat(names.label_value),
    "dns1123LabelPrefix": NameFormat(_prefixed(names.dns1123_label)),
    "dns1123SubdomainPrefix": NameFormat(_prefixed(names.dns1123_subdomain)),
    "dns1035LabelPrefix": NameFormat(_prefixed(names.dns1035_label)),
    "uri": NameFormat(lambda text: [] if _is(Url)(text) else ["not a URI"]),
    "uuid": NameFormat(
        lambda text: [] if re.fullmatch(r"[0-9a-fA-F-]{36}", text) else ["does not match the UUID format"]
    ),
    "byte": NameFormat(
        lambda text: [] if _is(lambda x: base64.b64decode(x, validate=True))(text) else ["invalid base64"]
    ),
    "date": NameFormat(lambda text: [] if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else ["invalid date"]),
    "datetime": NameFormat(lambda text: [] if _is(timestamp)(text) else ["invalid datetime"]),
}

GLOBALS: dict[str, Function] = {
    "size": size,
    "int": to_int,
    "uint": lambda value: Uint(to_int(value)),
    "double": _double,
    "string": to_string,
    "bool": _bool,
    "bytes": lambda value: value.encode() if isinstance(value, str) else value,
    "timestamp": lambda value: (
        value
        if isinstance(value, datetime)
        else timestamp(value)
        if isinstance(value, str)
        else datetime.fromtimestamp(value, UTC)
    ),
    "duration": lambda value: value if isinstance(value, timedelta) else duration(value),
    "type": lambda value: TypeValue(type_name(value)),
    "dyn": lambda value: value,
    "isURL": _is(Url),
    "url": Url,
    "isQuantity": _is(quantities.parse),
    "quantity": _quantity,
    "isSemver": _is_semver,
    "semver": parse_semver,
    "isIP": _is(networks.parse_address),
    "ip": networks.parse_address,
    "isCIDR": _is(networks.parse_network),
    "cidr": networks.parse_network,
    "matches": lambda text, pattern: _matches(text, pattern),
}
NAMESPACED: dict[str, Function] = {
    "optional.of": lambda value: Optional(True, value),
    "optional.none": Optional,
    "optional.ofNonZeroValue": lambda value: Optional(bool(value), value if value else None),
    "jsonpatch.escapeKey": lambda value: value.replace("~", "~0").replace("/", "~1"),
    "math.greatest": _extreme(max, "math.greatest"),
    "math.least": _extreme(min, "math.least"),
    "math.abs": abs,
    "math.ceil": lambda value: float(math.ceil(value)),
    "math.floor": lambda value: float(math.floor(value)),
    "math.round": lambda value: float(round(value)),
    "math.sign": lambda value: (value > 0) - (value < 0),
    "strings.quote": texts.quote,
    "sets.contains": lambda one, two: all(item in one for item in two),
    "sets.equivalent": lambda one, two: all(item in one for item in two) and all(item in two for item in one),
    "sets.intersects": lambda one, two: any(item in one for item in two),
    "ip.isCanonical": lambda text: str(networks.parse_address(text)) == text,
    "base64.encode": lambda value: base64.b64encode(value).decode(),
    "base64.decode": lambda value: base64.b64decode(value),
    "format.named": lambda name: Optional(name in FORMATS, FORMATS.get(name)),
    **{f"format.{name}": (lambda found: lambda: found)(entry) for name, entry in FORMATS.items()},
}


_OFFSET = re.compile("([+-]?)([0-9]{2}):([0-9]{2})")


def _zone(value: datetime, zone: str | None) -> datetime:
    if not zone:
        return value.astimezone(UTC)
    if offset := _OFFSET.fullmatch(zone):
        minutes = int(offset.group(2)) * 60 + int(offset.group(3))
        return value.astimezone(timezone(timedelta(minutes=-minutes if offset.group(1) == "-" else minutes)))
    try:
        return value.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        raise CelError(f"unknown time zone {zone}") from None


def _own(name: str) -> Function:
    """A function that its value brings along, as those of ``authorizer`` do."""
    return lambda value, *arguments: getattr(value, name)(*arguments)


def _part(read: Callable[[datetime], int], span: Callable[[timedelta], int] | None = None) -> Function:
    def part(value: Any, zone: str | None = None) -> int:
        if isinstance(value, timedelta) and span is not None:
            return span(value)
        return read(_zone(value, zone))

    return part


_AUTHORIZING = (
    "path", "group", "serviceAccount", "resource", "subresource", "namespace", "name", "fieldSelector", "labelSelector",
    "check", "allowed", "reason", "errored", "error",
)  # fmt: skip
METHODS: dict[str, Function] = {
    **{name: _own(name) for name in _AUTHORIZING},
    "size": size,
    "contains": lambda one, two: two in one,
    "startsWith": lambda text, prefix: text.startswith(prefix),
    "endsWith": lambda text, suffix: text.endswith(suffix),
    "matches": lambda text, pattern: _matches(text, pattern),
    "find": lambda text, pattern: match.group() if (match := _regex(pattern).search(text)) else "",
    "findAll": lambda text, pattern, limit=-1: [m.group() for m in _regex(pattern).finditer(text)][
        : limit if limit >= 0 else None
    ],
    "lowerAscii": lambda text: text.lower(),
    "upperAscii": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "split": texts.split,
    "join": lambda items, by="": by.join(items),
    "replace": texts.replace,
    "substring": texts.substring,
    "charAt": texts.character,
    "indexOf": texts.index_of,
    "lastIndexOf": texts.last_index_of,
    "reverse": lambda value: value[::-1],
    "format": lambda text, arguments: texts.formatted(text, arguments, _shown),
    "isSorted": lambda items: all(one <= two for one, two in itertools.pairwise(items)),
    "sum": _total,
    "min": _extreme(min, "min"),
    "max": _extreme(max, "max"),
    "sort": sorted,
    "distinct": lambda items: [item for at, item in enumerate(items) if item not in items[:at]],
    "flatten": lambda items: [inner for item in items for inner in (item if isinstance(item, list) else [item])],
    "slice": lambda items, start, end: items[start:end],
    "first": lambda items: Optional(bool(items), items[0] if items else None),
    "last": lambda items: Optional(bool(items), items[-1] if items else None),
    "hasValue": lambda value: value.has,
    "value": lambda value: value.value if value.has else _fail("optional.none() dereference"),
    "orValue": lambda value, other: value.value if value.has else other,
    "or": lambda value, other: value if value.has else other,
    "getScheme": lambda url: url.parts.scheme,
    "getHost": lambda url: url.parts.netloc.rpartition("@")[2],
    "getHostname": lambda url: url.parts.hostname or "",
    "getPort": lambda url: str(url.port) if url.port is not None else "",
    "getEscapedPath": lambda url: quote(url.parts.path, safe="%/:@!$&'()*+,;=-._~"),
    "getQuery": lambda url: url.query,
    "isGreaterThan": lambda one, two: _compare(one, two) > 0,
    "isLessThan": lambda one, two: _compare(one, two) < 0,
    "compareTo": _compare,
    "major": lambda version: version.major,
    "minor": lambda version: version.minor,
    "patch": lambda version: version.patch,
    "sign": lambda value: (value.value > 0) - (value.value < 0),
    "isLinkLocalMulticast": networks.link_local_multicast,
    "add": lambda one, two: _moved(one, two, 1),
    "sub": lambda one, two: _moved(one, two, -1),
    "isInteger": lambda value: value.value == int(value.value),
    "asInteger": lambda value: (
        int(value.value) if value.value == int(value.value) else _fail("cannot convert value to integer")
    ),
    "asApproximateFloat": lambda value: float(value.value),
    "family": lambda value: value.version,
    "isLoopback": lambda value: value.is_loopback,
    "isUnspecified": lambda value: value.is_unspecified,
    "isLinkLocalUnicast": lambda value: value.is_link_local,
    "isGlobalUnicast": lambda value: (
        not (value.is_multicast or value.is_unspecified or value.is_loopback or value.is_link_local)
    ),
    "containsIP": networks.contains_address,
    "containsCIDR": networks.contains_network,
    "ip": lambda network: network.ip,
    "prefixLength": lambda network: network.network.prefixlen,
    "masked": networks.masked,
    "validate": lambda form, text: form.validate(text),
    "getFullYear": _part(lambda t: t.year),
    "getMonth": _part(lambda t: t.month - 1),
    "getDayOfMonth": _part(lambda t: t.day - 1),
    "getDate": _part(lambda t: t.day),
    "getDayOfWeek": _part(lambda t: t.isoweekday() % 7),
    "getDayOfYear": _part(lambda t: t.timetuple().tm_yday - 1),
    "getHours": _part(lambda t: t.hour, lambda d: int(d.total_seconds() // 3600)),
    "getMinutes": _part(lambda t: t.minute, lambda d: int(d.total_seconds() // 60)),
    "getSeconds": _part(lambda t: t.second, lambda d: int(d.total_seconds())),
    "getMilliseconds": _part(lambda t: t.microsecond // 1000, lambda d: d.microseconds // 1000),
}
