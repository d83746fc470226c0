"""What is wrong with the rules of a CRD before they are ever asked: syntax, unknown fields, cost."""

from __future__ import annotations

from typing import Any, NamedTuple

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, GoStruct
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.cel.cost import RULE_LIMIT, TOTAL_LIMIT, estimate, exceeds
from emulator.apiserver.schema.cel.program import program
from emulator.apiserver.schema.cel.syntax import CelSyntaxError, Node, parse
from emulator.apiserver.schema.cel.values import CelError, escape

RULES = "x-kubernetes-validations"
ROOT_FIELDS = ("apiVersion", "kind", "metadata")
_ADVICE = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)"
REASONS = ("FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate")


class _Walk(NamedTuple):
    found: list[FieldError]
    costs: list[tuple[str, float]]


def check_rules(node: Object, path: str) -> list[FieldError]:
    """Everything wrong with the rules of a schema, beneath *path*."""
    walk = _Walk([], [])
    _check(node, path, 1.0, walk, correlates=True, root=True)
    total = sum(cost for _, cost in walk.costs)
    if total > TOTAL_LIMIT:
        for where, cost in walk.costs:
            if cost > TOTAL_LIMIT / 100:
                text = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"
                walk.found.append(fields.forbidden(where, text))
        factor = exceeds(total, TOTAL_LIMIT)
        text = f"x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of {factor} {_ADVICE}"
        walk.found.append(fields.forbidden(path, text))
    return walk.found


def _check(node: Object, path: str, times: float, walk: _Walk, *, correlates: bool, root: bool = False) -> None:
    for position, rule in enumerate(node.get(RULES) or ()):
        where = fields.index(f"{path}.{RULES}", position)
        _rule(node, rule, where, times, walk, correlates=correlates, root=root)
    for name, child in (node.get("properties") or {}).items():
        below = correlates and node.get("x-kubernetes-map-type") != "atomic"
        _check(child, f"{path}.properties[{name}]", times, walk, correlates=below)
    more, items = node.get("additionalProperties"), node.get("items")
    if isinstance(more, dict):
        count = node.get("maxProperties") or estimate_count(more)
        _check(more, f"{path}.additionalProperties", times * count, walk, correlates=correlates)
    if isinstance(items, dict):
        count = node.get("maxItems") or estimate_count(items)
        below = correlates and node.get("x-kubernetes-list-type") == "map"
        _check(items, f"{path}.items", times * count, walk, correlates=below)


def estimate_count(node: Object) -> float:
    """How many such values fit into the largest request."""
    from emulator.apiserver.schema.cel.cost import most

    return most(node)


def _rule(node: Object, rule: Object, where: str, times: float, walk: _Walk, *, correlates: bool, root: bool) -> None:
    found = walk.found
    text = rule.get("rule") or ""
    if not text.strip():
        found.append(fields.required(f"{where}.rule", "rule is not specified"))
        return
    problem = _problem(text, node, root)
    if problem is not None:
        found.append(fields.invalid(f"{where}.rule", _Shown(rule), f"compilation failed: {problem}"))
        return
    if not _boolean(parse(text)):
        found.append(fields.invalid(f"{where}.rule", _Shown(rule), "cel expression must evaluate to a bool"))
        return
    if "\n" in text.strip() and not rule.get("message") and not rule.get("messageExpression"):
        detail = "message must be specified if rule contains line breaks"
        found.append(fields.required(f"{where}.message", detail))
    if "oldSelf" in text and not correlates:
        detail = (
            "oldSelf cannot be used on the uncorrelatable portion of the schema within "
            + where.partition(f".{RULES}")[0]
        )
        found.append(fields.invalid(f"{where}.rule", text, detail))
    cost = estimate(parse(text), node) * times
    walk.costs.append((f"{where}.rule", cost))
    if cost > RULE_LIMIT:
        detail = f"estimated rule cost exceeds budget by factor of {exceeds(cost, RULE_LIMIT)} {_ADVICE}"
        found.append(fields.forbidden(f"{where}.rule", detail))
    expression = rule.get("messageExpression")
    if expression:
        problem = _problem(expression, node, root)
        if problem is not None:
            detail = f"messageExpression compilation failed: {problem}"
            found.append(fields.invalid(f"{where}.messageExpression", _Shown(rule), detail))
        else:
            cost = estimate(parse(expression), node) * times
            walk.costs.append((f"{where}.messageExpression", cost))
            if cost > RULE_LIMIT:
                detail = f"estimated messageExpression cost exceeds budget by factor of {exceeds(cost, RULE_LIMIT)} {_ADVICE}"
                found.append(fields.forbidden(f"{where}.messageExpression", detail))


class _Shown(GoStruct):
    """A rule as the server's messages print it: Go's struct as JSON, in its fields' order."""

    def __init__(self, rule: Object) -> None:
        super().__init__(
            Rule=rule.get("rule", ""),
            Message=rule.get("message", ""),
            MessageExpression=rule.get("messageExpression", ""),
            Reason=rule.get("reason"),
            FieldPath=rule.get("fieldPath", ""),
            OptionalOldSelf=rule.get("optionalOldSelf"),
        )


_NOT_BOOLEAN = frozenset({"+", "-", "*", "/", "%", "neg", "list", "map", "index"})
_NUMBERS_AND_TEXTS = frozenset(
    {
        "size",
        "int",
        "uint",
        "double",
        "string",
        "bytes",
        "timestamp",
        "duration",
        "type",
        "url",
        "quantity",
        "ip",
        "cidr",
    }
    | {"lowerAscii", "upperAscii", "replace", "split", "substring", "trim", "join", "charAt", "indexOf", "lastIndexOf"}
    | {"sum", "min", "max", "find", "findAll", "format", "reverse", "sort", "distinct"}
)


def _boolean(tree: Node) -> bool:
    """Whether an expression may be a boolean, as far as its form tells."""
    if tree.sort == "literal":
        return isinstance(tree.parts[0], bool)
    if tree.sort == "call":
        return tree.parts[0] not in _NUMBERS_AND_TEXTS
    if tree.sort in ("method", "macro"):
        return tree.parts[1] not in _NUMBERS_AND_TEXTS and tree.parts[1] not in ("map", "filter")
    if tree.sort == "?:":
        return _boolean(tree.parts[1]) and _boolean(tree.parts[2])
    return tree.sort not in _NOT_BOOLEAN


def _problem(text: str, node: Object, root: bool) -> str | None:
    """What cel-go says about an expression that does not compile; None for one that does."""
    try:
        tree = parse(text)
        _fields_known(tree, node, root)
        program(text)
    except CelSyntaxError as error:
        return _placed(text, error.at, error.message)
    except CelError as error:
        return _placed(text, 0, str(error))
    return None


def _placed(text: str, at: int, message: str) -> str:
    before = text[:at]
    line = before.count("\n") + 1
    start = before.rfind("\n") + 1
    column = at - start
    shown = text[start:].partition("\n")[0]
    return f"ERROR: <input>:{line}:{column + 1}: {message}\n | {shown}\n | {'.' * column}^"


def _fields_known(tree: Node, node: Object, root: bool, bound: frozenset[str] = frozenset()) -> None:
    """Raise CelSyntaxError at the first field that the schema does not declare, or name that nobody bound."""
    sort, parts = tree.sort, tree.parts
    if sort in ("select", "has"):
        _schema_of(tree, node, root)
        _fields_known(parts[0], node, root, bound)
    elif sort == "name":
        name = parts[0]
        if name not in bound and name not in _KNOWN:
            raise CelSyntaxError(f"undeclared reference to '{name}' (in container '')", tree.at)
    elif sort == "macro":
        target, name, arguments = parts
        count = (
            2
            if name in ("transformList", "transformMap")
            or (len(arguments) == 3 and name in ("all", "exists", "exists_one"))
            else 1
        )
        _fields_known(target, node, root, bound | {"cel"})
        inner = bound | {argument.parts[0] for argument in arguments[:count]}
        for argument in arguments[count:]:
            _fields_known(argument, node, root, inner)
    else:
        for part in _nodes(parts):
            _fields_known(part, node, root, bound)


_KNOWN = frozenset(
    {"self", "oldSelf", "int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"}
    | {"optional", "math", "sets", "format", "base64", "ip", "cel"}
)


def _nodes(parts: Any) -> list[Node]:
    found: list[Node] = []
    for part in parts:
        if isinstance(part, Node):
            found.append(part)
        elif isinstance(part, tuple):
            found += _nodes(part)
    return found


def _schema_of(tree: Node, node: Object, root: bool) -> Object | None:
    """The schema of ``self.a.b``; None when it is not known. Raises CelSyntaxError for a field that is not declared."""
    if tree.sort == "name":
        return node if tree.parts[0] in ("self", "oldSelf") else None
    if tree.sort not in ("select", "has"):
        return None
    holder = _schema_of(tree.parts[0], node, root)
    if holder is None:
        return None
    name = tree.parts[1]
    if root and tree.parts[0].sort == "name" and name in ROOT_FIELDS:
        return None
    properties = holder.get("properties")
    if isinstance(holder.get("additionalProperties"), dict):
        return holder["additionalProperties"]  # type: ignore[no-any-return]
    if holder.get("type") in ("string", "integer", "number", "boolean"):
        if holder.get("format"):
            return None
        kind = {"integer": "int", "number": "double", "boolean": "bool"}.get(holder["type"], "string")
        raise CelSyntaxError(f"type '{kind}' does not support field selection", tree.at)
    if holder.get("type") != "object" or holder.get("x-kubernetes-embedded-resource"):
        return None
    for known, child in (properties or {}).items():
        if escape(known) == name:
            return child  # type: ignore[no-any-return]
    raise CelSyntaxError(f"undefined field '{name}'", tree.at)
