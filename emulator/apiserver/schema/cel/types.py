"""CEL's types: how they are written, which stand for which, and what type a schema's values have.

Sources: cel-go's checker, and k8s.io/apiserver/pkg/cel/common/schemas.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.cel.values import escape


@dataclass(frozen=True, slots=True)
class Type:
    """A type by its name and parameters; an object's type also knows its fields."""

    name: str
    params: tuple[Type, ...] = ()
    fields: Mapping[str, Type] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.params))})" if self.params else self.name

    @property
    def variable(self) -> bool:
        """Whether it is a placeholder of a signature: ``A``, ``B``."""
        return len(self.name) == 1 and self.name.isupper()


# UNKNOWN is what follows an error, or what we cannot tell: nothing that touches it is complained about.
UNKNOWN, DYN, BOOL, INT, UINT = Type("!error!"), Type("dyn"), Type("bool"), Type("int"), Type("uint")
DOUBLE, STRING, BYTES, NULL = Type("double"), Type("string"), Type("bytes"), Type("null")
TIMESTAMP, DURATION = Type("timestamp"), Type("duration")
_NULLABLE = frozenset({"timestamp", "duration", "optional_type", "null"})
_IDENTIFIER = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_META = {"type": "object", "properties": {"name": {"type": "string"}, "generateName": {"type": "string"}}}
_ROOT = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _META}


def list_of(item: Type) -> Type:
    """``list(item)``."""
    return Type("list", (item,))


def optional_of(value: Type) -> Type:
    """``optional_type(value)``."""
    return Type("optional_type", (value,))


def parse_type(text: str) -> Type:
    """A type as messages write it: ``map(string, list(A))``."""
    name, opened, rest = text.strip().partition("(")
    if not opened:
        return Type(name)
    params, depth, start = [], 0, 0
    inner = rest[:-1]
    for at, char in enumerate(inner):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            params.append(parse_type(inner[start:at]))
            start = at + 1
    return Type(name, (*params, parse_type(inner[start:])))


Bound = dict[str, Type]


def assignable(given: Type, wanted: Type, bound: Bound) -> bool:
    """Whether a value of one type may stand where another is wanted; placeholders are bound on the way."""
    if given in (UNKNOWN, DYN) or wanted in (UNKNOWN, DYN):
        if wanted.variable:
            bound[wanted.name] = given
        return True
    if wanted.variable:
        before = bound.get(wanted.name)
        if before is None:
            bound[wanted.name] = given
            return True
        if not assignable(given, before, bound):
            return False
        bound[wanted.name] = _more_general(given, before)
        return True
    if NULL in (given, wanted) and given != wanted:
        other = wanted if given == NULL else given
        return other.name in _NULLABLE or other.fields is not None
    if given.name != wanted.name or len(given.params) != len(wanted.params):
        return False
    return all(assignable(one, two, bound) for one, two in zip(given.params, wanted.params, strict=True))


def _more_general(one: Type, two: Type) -> Type:
    return next((found for found in (one, two) if found in (UNKNOWN, DYN)), two if one == NULL else one)


def resolved(wanted: Type, bound: Bound) -> Type:
    """A signature's type with its placeholders filled in."""
    if wanted.variable:
        return bound.get(wanted.name, DYN)
    if not wanted.params:
        return wanted
    return Type(wanted.name, tuple(resolved(param, bound) for param in wanted.params))


def declared(node: Object, root: bool, name: str = "selfType") -> Type | None:
    """The type of a schema's values; None for what rules cannot see. *root* objects have names and kinds."""
    if node.get("x-kubernetes-int-or-string"):
        return DYN
    sort = node.get("type")
    if sort == "array":
        item = _below(node.get("items"), f"{name}.@idx")
        return None if item is None else list_of(item)
    if sort == "object":
        more = node.get("additionalProperties")
        if isinstance(more, dict):
            value = _below(more, f"{name}.@elem")
            return None if value is None else Type("map", (STRING, value))
        properties = {**(node.get("properties") or {}), **(_ROOT if root else {})}
        found = {escape(key): _below(child, f"{name}.{key}") for key, child in properties.items()}
        known = {key: child for key, child in found.items() if child is not None and _IDENTIFIER.fullmatch(key)}
        return Type(name if properties else "object", fields=known)
    if sort == "string":
        formats = {"byte": BYTES, "duration": DURATION, "date": TIMESTAMP, "date-time": TIMESTAMP}
        return formats.get(node.get("format", ""), STRING)
    return {"boolean": BOOL, "integer": INT, "number": DOUBLE}.get(sort or "")


def _below(node: object, name: str) -> Type | None:
    return declared(node, bool(node.get("x-kubernetes-embedded-resource")), name) if isinstance(node, dict) else None
