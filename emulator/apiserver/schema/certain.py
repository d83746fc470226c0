"""The short way for objects that are as they should be, which nearly all are.

``settled`` and ``fitting`` compile a schema into one function each, without paths and messages: a yes is certain, after a no the long
way (``pruning`` and ``defaulting``, ``validation``) finds out what there is to do or to say, if anything. They are separate readings of
the rules that those rooms state; ``tests/emulator/apiserver/schema/test_certain.py`` holds both against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.schema.numbers import limits
from emulator.apiserver.schema.pruning import TYPE_META
from emulator.apiserver.schema.structural import Node
from emulator.apiserver.schema.validation import Validator

Certain = Callable[[Any], bool]


def _never(value: Any) -> bool:
    return False


# Nothing to prune and no default to fill in


def settled(node: Node, *, root: bool = False) -> Certain:
    """Whether pruning and defaulting would leave a value as it is; *root*: of a resource, whose metadata has its own rules."""
    if node.items is not None and not (node.properties or node.open or node.preserve):
        return _settled_list(settled(node.items))
    return _settled_map(node, embedded=root or node.embedded)


def _settled_list(item_settled: Certain) -> Certain:
    def check(value: Any) -> bool:
        if value.__class__ is not list:
            return False
        for item in value:
            sort = item.__class__
            if item is None or ((sort is dict or sort is list) and not item_settled(item)):
                return False
        return True

    return check


def _settled_map(node: Node, *, embedded: bool) -> Certain:
    below = {name: settled(sub) for name, sub in node.properties.items()}
    if embedded:
        below |= {
            name: _anything if _leaf(node.child(name)) else _never for name in TYPE_META
        }  # not pruned, but defaulted
    needed = [name for name, _ in node.defaults]
    others: Certain | None = None  # what is not named is dropped
    if node.additional is not None:
        others = settled(node.additional)
    elif node.open:
        others = _never  # a scalar stays, and is not asked about; in an object everything is dropped
    elif node.preserve:
        others = _anything

    def check(value: Any) -> bool:
        if value.__class__ is not dict:
            return False
        for name in needed:
            if name not in value:
                return False
        for name, item in value.items():
            item_settled = below.get(name, others)
            if item_settled is None or item is None:
                return False
            sort = item.__class__
            if (sort is dict or sort is list) and not item_settled(item):
                return False
        return True

    return check


def _anything(value: Any) -> bool:
    return True


def _leaf(node: Node | None) -> bool:
    return node is None or not (node.properties or node.additional or node.items)


# Nothing wrong


def fitting(validator: Validator) -> Certain:
    """Whether nothing is wrong with a value."""
    shape = _SHAPES.get(validator.types)
    short = shape(validator) if shape is not None and not validator.combined else None
    return short or _unreported(validator)


def _unreported(validator: Validator) -> Certain:
    """The long way, which says everything there is to say."""

    def check(value: Any) -> bool:
        found: list[FieldError] = []
        validator.check(value, "", found)
        return not found

    return check


def _any_string(value: Any) -> bool:
    return value.__class__ is str


def _fitting_string(validator: Validator) -> Certain | None:
    if validator.plain:
        return _any_string
    bounds = (validator.max_length, validator.min_length, validator.pattern, validator.check_format)
    if not validator.enum or validator.format or any(bound is not None for bound in bounds):
        return None
    allowed = frozenset(each for each in validator.enum if isinstance(each, str))
    return lambda value: value.__class__ is str and value in allowed


def _fitting_boolean(validator: Validator) -> Certain | None:
    return None if validator.enum or validator.format else lambda value: value.__class__ is bool


def _fitting_integer(validator: Validator) -> Certain | None:
    if validator.enum or validator.numbers.bounded:
        return None
    low, high = limits(validator.format)
    return lambda value: value.__class__ is int and low <= value <= high


def _fitting_map(validator: Validator) -> Certain | None:
    if validator.enum or validator.format or (validator.min_properties, validator.max_properties) != (None, None):
        return None
    properties = {name: fitting(sub) for name, sub in validator.properties.items()}
    strings = frozenset(name for name, fits in properties.items() if fits is _any_string)
    others: Certain = _never if validator.closed else _anything
    if validator.additional is not None:
        others = fitting(validator.additional)
    required = validator.required

    def check(value: Any) -> bool:
        if value.__class__ is not dict:
            return False
        for name in required:
            if name not in value:
                return False
        for name, item in value.items():
            if item.__class__ is str and name in strings:
                continue
            if not properties.get(name, others)(item):
                return False
        return True

    return check


def _fitting_list(validator: Validator) -> Certain | None:
    if validator.enum or validator.format or validator.unique:
        return None
    item_fits = fitting(validator.items) if validator.items is not None else _anything
    least, most = validator.min_items or 0, validator.max_items

    def check(value: Any) -> bool:
        if value.__class__ is not list or len(value) < least or (most is not None and len(value) > most):
            return False
        return all(map(item_fits, value))

    return check


_SHAPES: dict[tuple[str, ...], Callable[[Validator], Certain | None]] = {
    ("array",): _fitting_list,
    ("boolean",): _fitting_boolean,
    ("integer",): _fitting_integer,
    ("object",): _fitting_map,
    ("string",): _fitting_string,
}
