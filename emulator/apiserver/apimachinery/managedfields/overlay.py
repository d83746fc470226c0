"""Laying a part of an object over it without owners: what a mutating admission policy applies.

Source: k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch (smd.go).
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.managedfields.typed import ATOMIC, DEDUCED, Type, TypedError, check, merge
from emulator.apiserver.apimachinery.objects import Object


def lay_over(compiled: Type, live: Object, part: Object) -> Object:
    """*live* with *part* merged into it. Raises TypedError: unknown fields, wrong types, lists and maps that are replaced as a whole."""
    if wrong := check(compiled, part):
        text = wrong[0] if len(wrong) == 1 else "errors:\n" + "\n".join(f"  {line}" for line in wrong)
        raise TypedError(f"failed to convert patch object to typed object: {text}")
    if whole := _atomics(compiled, part, ""):
        raise TypedError(
            f"invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {', '.join(whole)}"
        )
    merged: Object = merge(compiled, live, part)
    return merged


def _atomics(compiled: Type, value: Any, path: str) -> list[str]:
    if compiled.sort == DEDUCED:
        return []
    if isinstance(value, (dict, list)) and compiled.sort == ATOMIC:
        return [path]
    found: list[str] = []
    if isinstance(value, dict):
        for name, item in value.items():
            child = compiled.child(name)
            if child is not None:
                found += _atomics(child, item, f"{path}.{name}")
    elif isinstance(value, list) and compiled.element is not None:
        for position, item in enumerate(value):
            found += _atomics(compiled.element, item, f"{path}[{position}]")
    return found
