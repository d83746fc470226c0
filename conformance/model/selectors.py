"""Label selectors as plain data: how they are written, and which labels they match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Requirement = Mapping[str, Any]
"""``{"key": K, "op": "=" | "!=" | "in" | "notin" | "exists" | "absent", "values": [...]}``."""


def matches(requirement: Requirement, labels: Mapping[str, str]) -> bool:
    """Whether labels meet a requirement. What is absent is unequal to everything."""
    key, values = requirement["key"], requirement.get("values", [])
    present = key in labels
    if requirement["op"] in ("=", "in"):
        return present and labels[key] in values
    if requirement["op"] in ("!=", "notin"):
        return not present or labels[key] not in values
    return present if requirement["op"] == "exists" else not present


def selects(requirements: Iterable[Requirement], labels: Mapping[str, str]) -> bool:
    """Whether labels meet all requirements; no requirement selects everything."""
    return all(matches(requirement, labels) for requirement in requirements)


def written(requirements: Iterable[Requirement]) -> str:
    """The selector as a query writes it."""
    return ",".join(_one(requirement) for requirement in requirements)


def _one(requirement: Requirement) -> str:
    key, values = requirement["key"], requirement.get("values", [])
    kind = requirement["op"]
    if kind in ("=", "!="):
        return f"{key}{kind}{values[0]}"
    if kind in ("in", "notin"):
        return f"{key} {kind} ({','.join(values)})"
    return key if kind == "exists" else f"!{key}"
