"""What is wrong with the rules of a CRD before they are ever asked: syntax, types, cost."""

from __future__ import annotations

from typing import NamedTuple

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, GoStruct
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.cel.cost import RULE_LIMIT, TOTAL_LIMIT, estimate, exceeds
from emulator.apiserver.schema.cel.inference import Names, infer
from emulator.apiserver.schema.cel.program import program
from emulator.apiserver.schema.cel.syntax import CelSyntaxError, parse
from emulator.apiserver.schema.cel.types import BOOL, STRING, UNKNOWN, Type, declared, optional_of
from emulator.apiserver.schema.cel.values import CelError

RULES = "x-kubernetes-validations"
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
    kind, problem = _typed(text, rule, node, root)
    if problem is not None:
        found.append(fields.invalid(f"{where}.rule", _Shown(rule), f"compilation failed: {problem}"))
        return
    if kind not in (BOOL, UNKNOWN):
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
        kind, problem = _typed(expression, rule, node, root)
        if problem is not None or kind not in (STRING, UNKNOWN):
            detail = "messageExpression must evaluate to a string"
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


def _typed(text: str, rule: Object, node: Object, root: bool) -> tuple[Type, str | None]:
    own = declared(node, root) or UNKNOWN
    return typed(text, {"self": own, "oldSelf": optional_of(own) if rule.get("optionalOldSelf") else own})


def typed(text: str, names: Names) -> tuple[Type, str | None]:
    """The type of an expression that knows these names, and what cel-go says if it does not compile."""
    try:
        found, complaints = infer(parse(text), names)
        if complaints:
            return UNKNOWN, "\n".join(_placed(text, complaint.at, complaint.text) for complaint in complaints)
        program(text)
    except CelSyntaxError as error:
        return UNKNOWN, _placed(text, error.at, error.message)
    except CelError as error:
        return UNKNOWN, _placed(text, 0, str(error))
    return found, None


def _placed(text: str, at: int, message: str) -> str:
    before = text[:at]
    line = before.count("\n") + 1
    start = before.rfind("\n") + 1
    column = at - start
    shown = text[start:].partition("\n")[0]
    return f"ERROR: <input>:{line}:{column + 1}: {message}\n | {shown}\n | {'.' * column}^"
