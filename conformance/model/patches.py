"""What patches mean: JSON merge patch (RFC 7386) and JSON patch (RFC 6902), on plain JSON."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any


class PatchError(Exception):
    """The patch cannot be carried out; nothing of it is."""


def merge(value: Any, patch: Any) -> Any:
    """The value after a merge patch: objects are merged, nulls remove, everything else replaces."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(value) if isinstance(value, dict) else {}
    for key, inner in patch.items():
        if inner is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), inner)
    return result


def json_patch(value: Any, operations: Sequence[Any]) -> Any:
    """The value after all operations. Raises PatchError when one of them cannot be carried out."""
    result = copy.deepcopy(value)
    for operation in operations:
        result = _apply(result, operation)
    return result


def _steps(pointer: Any) -> list[str]:
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise PatchError(f"no pointer: {pointer!r}")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _index(container: list[Any], step: str, *, end: bool) -> int:
    if end and step == "-":
        return len(container)
    if not step.isdecimal() or int(step) >= len(container) + end:
        raise PatchError(f"no index: {step}")
    return int(step)


def _walk(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list):
            value = value[_index(value, step, end=False)]
        else:
            raise PatchError(f"nothing at {step}")
    return value


def _apply(value: Any, operation: Any) -> Any:
    kind, steps = operation["op"], _steps(operation["path"])
    if kind == "test":
        if _walk(value, steps) != operation.get("value"):
            raise PatchError("test failed")
        return value
    if kind in ("move", "copy"):
        source = _steps(operation["from"])
        moved = copy.deepcopy(_walk(value, source))
        if kind == "move":
            value = _remove(value, source)
        return _add(value, steps, moved)
    if kind == "add":
        return _add(value, steps, copy.deepcopy(operation["value"]))
    if kind == "remove":
        return _remove(value, steps)
    if kind == "replace":
        _walk(value, steps)
        return (
            _add(_remove(value, steps), steps, copy.deepcopy(operation["value"]))
            if steps
            else copy.deepcopy(operation["value"])
        )
    raise PatchError(f"unknown operation {kind}")


def _add(value: Any, steps: Sequence[str], new: Any) -> Any:
    if not steps:
        return new
    parent = _walk(value, steps[:-1])
    if isinstance(parent, dict):
        parent[steps[-1]] = new
    elif isinstance(parent, list):
        parent.insert(_index(parent, steps[-1], end=True), new)
    else:
        raise PatchError("no container")
    return value


def _remove(value: Any, steps: Sequence[str]) -> Any:
    if not steps:
        raise PatchError("cannot remove everything")
    parent = _walk(value, steps[:-1])
    if isinstance(parent, dict) and steps[-1] in parent:
        del parent[steps[-1]]
    elif isinstance(parent, list):
        del parent[_index(parent, steps[-1], end=False)]
    else:
        raise PatchError(f"nothing at {steps[-1]}")
    return value
