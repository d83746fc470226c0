"""Pruning: fields that a structural schema does not name are dropped, and their paths told.

Source of the rules: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning.
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.structural import Node

TYPE_META = frozenset({"apiVersion", "kind", "metadata"})


def prune(obj: Object, node: Node) -> list[str]:
    """Drop unknown fields of a resource in place; returns their paths, sorted. The root's metadata is left alone."""
    dropped: list[str] = []
    if node.preserve:
        _keep_map(obj, node, "", dropped, embedded=True)
    else:
        _prune_map(obj, node, "", dropped, embedded=True)
    dropped.sort()
    return dropped


def prune_value(value: Any, node: Node) -> list[str]:
    """Drop unknown fields of any value (a default, say); returns their paths, sorted."""
    dropped: list[str] = []
    _prune(value, node, "", dropped)
    dropped.sort()
    return dropped


def _prune(value: Any, node: Node | None, path: str, dropped: list[str]) -> None:
    if isinstance(value, dict):
        if node is None:
            dropped.extend(_join(path, name) for name in value)
            value.clear()
        elif node.preserve:
            _keep_map(value, node, path, dropped, embedded=node.embedded)
        else:
            _prune_map(value, node, path, dropped, embedded=node.embedded)
    elif isinstance(value, list):
        items = node.items if node is not None else None
        keep = node is not None and node.preserve
        for position, item in enumerate(value):
            if isinstance(item, (dict, list)):
                where = f"{path}[{position}]"
                if not keep:
                    _prune(item, items, where, dropped)
                elif items is not None:
                    _keep(item, items, where, dropped)


def _prune_map(value: Object, node: Node, path: str, dropped: list[str], *, embedded: bool) -> None:
    unknown: list[str] = []
    properties = node.properties
    for name, item in value.items():
        if embedded and name in TYPE_META:
            continue
        sub = properties.get(name)
        if sub is None and not node.open:
            unknown.append(name)
        elif isinstance(item, (dict, list)):
            _prune(item, sub or node.additional, _join(path, name), dropped)
    for name in unknown:
        del value[name]
        dropped.append(_join(path, name))


def _keep(value: Any, node: Node, path: str, dropped: list[str]) -> None:
    """Beneath x-kubernetes-preserve-unknown-fields: only what is specified is pruned again."""
    if isinstance(value, dict):
        _keep_map(value, node, path, dropped, embedded=node.embedded)
    else:
        for position, item in enumerate(value):
            if node.items is not None and isinstance(item, (dict, list)):
                _keep(item, node.items, f"{path}[{position}]", dropped)


def _keep_map(value: Object, node: Node, path: str, dropped: list[str], *, embedded: bool) -> None:
    for name, item in value.items():
        if not isinstance(item, (dict, list)) or (embedded and name in TYPE_META):
            continue
        if name in node.properties:
            _prune(item, node.properties[name], _join(path, name), dropped)
        elif node.open:
            _prune(item, node.additional, _join(path, name), dropped)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
