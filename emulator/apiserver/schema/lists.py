"""Uniqueness in lists of ``x-kubernetes-list-type`` set and map.

Source of the rules: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype.
"""

from __future__ import annotations

import json
from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.schema.structural import Node


def repeated(value: Any, node: Node, path: str = "") -> list[FieldError]:
    """An error per item that is in a set, or whose keys are in a map, for the second time."""
    found: list[FieldError] = []
    _walk(value, node, path, found)
    return found


def _walk(value: Any, node: Node | None, path: str, found: list[FieldError]) -> None:
    if node is None or not node.holds_unique:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            if name in node.properties:
                _walk(item, node.properties[name], fields.child(path, name), found)
            else:
                _walk(item, node.additional, fields.key(path, name), found)
    elif isinstance(value, list):
        if node.list_type == "set":
            found.extend(fields.duplicate(f"{path}[{at}]", value[at]) for at in _second_times(value))
        elif node.list_type == "map":
            found.extend(_repeated_keys(value, node.map_keys, path))
        for position, item in enumerate(value):
            _walk(item, node.items, f"{path}[{position}]", found)


def _repeated_keys(value: list[Any], names: tuple[str, ...], path: str) -> list[FieldError]:
    for position, item in enumerate(value):
        if item is not None and not isinstance(item, dict):
            return [fields.invalid(f"{path}[{position}]", item, "must be an object for an array of list-type map")]
    keys = [{name: item[name] for name in names if name in item} if item else {} for item in value]
    return [fields.duplicate(f"{path}[{at}]", keys[at]) for at in _second_times(keys)]


def _second_times(items: list[Any]) -> list[int]:
    """Where items appear for the second time (a third time is not told)."""
    seen: dict[Any, int] = {}
    again: list[int] = []
    for position, item in enumerate(items):
        if isinstance(item, (dict, list)):
            mark: Any = json.dumps(item, sort_keys=True)
        else:
            mark = (type(item), item)
        times = seen[mark] = seen.get(mark, 0) + 1
        if times == 2:
            again.append(position)
    return again
