"""Defaulting: missing fields get their default, and null where null is not allowed counts as missing.

Source of the rules: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting.
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.objects import copy
from emulator.apiserver.schema.structural import Node


def default(value: Any, node: Node | None) -> None:
    """Fill in defaults in place, and drop nulls that may not be and have no default."""
    if node is None:
        return
    if isinstance(value, dict):
        for name, sub in node.defaults:
            if name not in value or (value[name] is None and not sub.nullable):
                value[name] = copy(sub.default)
        nulls: list[str] = []
        for name, item in value.items():
            if item is None:
                known = node.child(name)
                if known is not None and not known.nullable:
                    nulls.append(name)
            elif isinstance(item, (dict, list)):
                default(item, node.properties.get(name, node.additional))
        for name in nulls:
            _settle(value, name, node)
    elif isinstance(value, list):
        items = node.items
        if items is None:
            return
        for position, item in enumerate(value):
            if item is None and items.has_default and not items.nullable:
                value[position] = copy(items.default)
            default(value[position], items)


def _settle(value: dict[str, Any], name: str, node: Node) -> None:
    """A null that may not be: only a map's values may still have a default here."""
    if name not in node.properties and node.additional is not None and node.additional.has_default:
        value[name] = copy(node.additional.default)
        default(value[name], node.additional)
    else:
        del value[name]
