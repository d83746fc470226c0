"""How much a rule may cost at worst, estimated from the schema's limits (k8s.io/apiserver/pkg/cel and cel-go's estimator)."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.cel.syntax import Node

RULE_LIMIT = 10_000_000.0
TOTAL_LIMIT = 100_000_000.0
REQUEST_BYTES = 3 * 1024 * 1024
_TRAVERSAL = 0.1
_STRING_METHODS = frozenset(
    {"contains", "startsWith", "endsWith", "matches", "lowerAscii", "upperAscii", "replace", "split", "find", "findAll"}
)


def exceeds(cost: float, limit: float) -> str:
    """The factor by which a budget is exceeded, as messages say it."""
    factor = cost / limit
    return "more than 100x" if factor > 100 else f"{factor:.1f}x"


def smallest(node: Object) -> int:
    """The fewest bytes that a value of a schema takes in JSON."""
    sort = node.get("type")
    if sort == "string":
        return 2
    if sort == "boolean":
        return 4
    if sort in ("integer", "number"):
        return 1
    if sort == "object":
        required = node.get("required") or ()
        properties = node.get("properties") or {}
        return 2 + sum(len(name) + 4 + smallest(properties.get(name) or {}) for name in required)
    return 2


def most(node: Object) -> float:
    """How many values of a schema fit into the largest request."""
    return REQUEST_BYTES / (smallest(node) + 1)


def size_of(node: Object | None) -> float:
    """The greatest size of a value: characters, items or entries."""
    if node is None:
        return REQUEST_BYTES
    sort = node.get("type")
    if sort == "string":
        if node.get("format") in ("date-time", "date", "duration"):
            return 40
        if node.get("enum"):
            return float(max(len(str(item)) for item in node["enum"]))
        return float(node.get("maxLength") or REQUEST_BYTES)
    if sort == "array":
        return float(node.get("maxItems") or most(node.get("items") or {}))
    if sort == "object":
        more = node.get("additionalProperties")
        if isinstance(more, dict):
            return float(node.get("maxProperties") or REQUEST_BYTES / (smallest(more) + 5))
        return 1
    return 1


def estimate(tree: Node, node: Object) -> float:
    """The worst cost of an expression over values of a schema."""
    return _cost(tree, {"self": node, "oldSelf": node})


Known = dict[str, Any]


def _schema(tree: Node, known: Known) -> Object | None:
    if tree.sort == "name":
        return known.get(tree.parts[0])
    if tree.sort == "select":
        holder = _schema(tree.parts[0], known)
        if holder is None:
            return None
        found = (holder.get("properties") or {}).get(tree.parts[1])
        return found if found is not None else holder.get("additionalProperties") or None
    if tree.sort == "index":
        holder = _schema(tree.parts[0], known)
        return (holder or {}).get("items") or (holder or {}).get("additionalProperties") or None
    if tree.sort == "literal":
        value = tree.parts[0]
        return {"type": "string", "maxLength": max(len(value), 1)} if isinstance(value, str) else {"type": "integer"}
    return None


def _size(tree: Node, known: Known) -> float:
    if tree.sort == "+":
        return _size(tree.parts[0], known) + _size(tree.parts[1], known)
    if tree.sort == "list":
        return float(len(tree.parts))
    return size_of(_schema(tree, known)) if _schema(tree, known) is not None else 1.0


def _cost(tree: Node, known: Known) -> float:
    sort, parts = tree.sort, tree.parts
    if sort == "macro":
        return _macro_cost(parts, known)
    below = sum(_cost(part, known) for part in _inner(parts))
    if sort in ("literal", "name"):
        return below + (sort == "name")
    if sort == "+":
        strings = [_schema(part, known) for part in parts]
        if any(item is not None and item.get("type") == "string" for item in strings):
            return below + (_size(parts[0], known) + _size(parts[1], known)) * _TRAVERSAL * 10
        return below + 1
    if sort in ("==", "!="):
        return below + min(_size(parts[0], known), _size(parts[1], known)) * _TRAVERSAL + 1
    if sort == "in":
        return below + _size(parts[1], known)
    if sort == "method" and parts[1] in _STRING_METHODS:
        pattern = _size(parts[2][0], known) if parts[2] else 1.0
        return below + _size(parts[0], known) * _TRAVERSAL * max(pattern * _TRAVERSAL * 2.5, 1.0)
    return below + 1


def _macro_cost(parts: tuple[Any, ...], known: Known) -> float:
    target, name, arguments = parts
    if name in ("optMap", "optFlatMap", "bind"):
        return _cost(target, known) + sum(_cost(argument, known) for argument in arguments[1:]) + 1
    schema = _schema(target, known)
    item = (schema or {}).get("items") or (schema or {}).get("additionalProperties") or None
    two = name in ("transformList", "transformMap") or (len(arguments) == 3 and name in ("all", "exists", "exists_one"))
    names = [argument.parts[0] for argument in arguments[: 2 if two else 1]]
    inner = {**known, names[-1]: item}
    body = sum(_cost(argument, inner) for argument in arguments[len(names) :])
    return _cost(target, known) + _size(target, known) * (body + 2)


def _inner(parts: Any) -> list[Node]:
    found: list[Node] = []
    for part in parts:
        if isinstance(part, Node):
            found.append(part)
        elif isinstance(part, tuple):
            found += _inner(part)
    return found
