"""``x-kubernetes-validations``: the rules of a schema, compiled once and asked about every write.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.cel.check import check_rules
from emulator.apiserver.schema.cel.program import Step, program
from emulator.apiserver.schema.cel.values import CelError, Optional, converter

__all__ = ["RuleSet", "check_rules"]

RULES = "x-kubernetes-validations"
ROOT_META = {"type": "object", "properties": {"name": {"type": "string"}, "generateName": {"type": "string"}}}
_ABSENT: Any = object()


class _Rule:
    """One rule: its expressions, and how a failure is said."""

    def __init__(self, given: Object) -> None:
        self.text = str(given["rule"])
        self.step = program(self.text)
        self.transition = "oldSelf" in self.text
        self.optional = bool(given.get("optionalOldSelf"))
        self.message = str(given.get("message") or "").strip()
        self.path = str(given.get("fieldPath") or "")
        self.reason = str(given.get("reason") or "FieldValueInvalid")
        expression = given.get("messageExpression")
        self.expression: Step | None = program(expression) if expression else None

    def said(self, scope: Object) -> str:
        """What a failure says."""
        if self.expression is not None:
            try:
                text = self.expression(scope)
                if isinstance(text, str) and text.strip() and "\n" not in text:
                    return text.strip()
            except CelError:
                pass
        if self.message:
            return self.message
        return f"failed rule: {' '.join(self.text.split())}"


class _Node:
    """A schema node with its rules and the nodes beneath it that have any."""

    def __init__(self, node: Object, *, root: bool = False) -> None:
        if root:
            given = node.get("properties") or {}
            known = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": ROOT_META}
            node = {**node, "properties": {**given, **known}}
        self.rules = [_Rule(rule) for rule in node.get(RULES) or ()]
        self.convert = converter(node) if self.rules else None
        self.sort = str(node.get("type") or "")
        self.list_type = node.get("x-kubernetes-list-type")
        self.keys = tuple(node.get("x-kubernetes-list-map-keys") or ())
        children = {name: _Node(child) for name, child in (node.get("properties") or {}).items()}
        self.properties = {name: child for name, child in children.items() if not child.empty}
        more, items = node.get("additionalProperties"), node.get("items")
        self.more = _some(more)
        self.items = _some(items)
        self.atomic = node.get("x-kubernetes-map-type") == "atomic"

    @property
    def empty(self) -> bool:
        return not (self.rules or self.properties or self.more or self.items)


def _some(node: Any) -> _Node | None:
    if not isinstance(node, dict):
        return None
    child = _Node(node)
    return None if child.empty else child


class RuleSet:
    """All rules of a structural schema, compiled."""

    def __init__(self, node: Object) -> None:
        self._root = _Node(node, root=True)

    @property
    def empty(self) -> bool:
        """Whether there are none."""
        return self._root.empty

    def validate(self, obj: Object, old: Object | None) -> tuple[list[FieldError], list[str]]:
        """What fails, and as warnings what failed before and is untouched."""
        found: list[FieldError] = []
        warnings: list[str] = []
        self._walk(self._root, obj, _ABSENT if old is None else old, "", found, warnings)
        return found, warnings

    def _walk(self, node: _Node, value: Any, old: Any, path: str, found: list[FieldError], warnings: list[str]) -> None:
        if value is None:
            return
        if node.rules:
            failures = list(_failures(node, value, old, path))
            if failures and old is not _ABSENT and _same(value, old):
                warnings += [str(error) for error in failures]
            else:
                found += failures
        if isinstance(value, dict):
            before = old if isinstance(old, dict) and not node.atomic else {}
            for name, child in node.properties.items():
                if name in value:
                    self._walk(child, value[name], before.get(name, _ABSENT), fields.child(path, name), found, warnings)
            if node.more is not None:
                for name in sorted(value):
                    self._walk(
                        node.more, value[name], before.get(name, _ABSENT), fields.key(path, name), found, warnings
                    )
        elif isinstance(value, list) and node.items is not None:
            earlier = _by_key(node, old)
            for position, item in enumerate(value):
                was = earlier.get(_key(node, item), _ABSENT) if earlier else _ABSENT
                self._walk(node.items, item, was, fields.index(path, position), found, warnings)


def _same(one: Any, two: Any) -> bool:
    return type(one) is type(two) and bool(one == two)


def _key(node: _Node, item: Any) -> str:
    return repr([item.get(name) for name in node.keys]) if isinstance(item, dict) else ""


def _by_key(node: _Node, old: Any) -> dict[str, Any]:
    """Items of an old list by their keys; only lists of type map can be correlated."""
    if node.list_type != "map" or not isinstance(old, list):
        return {}
    return {_key(node, item): item for item in old}


def _failures(node: _Node, value: Any, old: Any, path: str) -> Iterator[FieldError]:
    assert node.convert is not None, "nodes with rules convert"
    try:
        scope: Object = {"self": node.convert(value)}
        before = node.convert(old) if old is not _ABSENT and old is not None else _ABSENT
    except CelError as error:
        yield fields.invalid(path or "<nil>", node.sort, str(error))
        return
    for rule in node.rules:
        if rule.optional:
            scope["oldSelf"] = Optional() if before is _ABSENT else Optional(True, before)
        elif before is not _ABSENT:
            scope["oldSelf"] = before
        elif rule.transition:
            continue
        try:
            held = rule.step(scope)
        except CelError as error:
            text = f"{error} evaluating rule: {' '.join(rule.text.split())}"
            yield fields.invalid(path or "<nil>", node.sort, text)
            continue
        except RecursionError:
            yield fields.invalid(path or "<nil>", node.sort, "the rule is nested too deeply")
            continue
        if held is not True:
            yield _failure(rule, rule.said(scope), value, _placed(path, rule.path))


def _placed(path: str, suffix: str) -> str:
    if not suffix:
        return path or "<nil>"
    return f"{path}{suffix}" if path else suffix.lstrip(".")


def _failure(rule: _Rule, text: str, value: Any, path: str) -> FieldError:
    if rule.reason == "FieldValueForbidden":
        return fields.forbidden(path, text)
    if rule.reason == "FieldValueRequired":
        return fields.required(path, text)
    if rule.reason == "FieldValueDuplicate":
        return fields.duplicate(path, value)
    if isinstance(value, (dict, list)):
        return fields.invalid_without_value(path, text)
    return fields.invalid(path, value, text)
