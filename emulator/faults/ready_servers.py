"""HealthCheck is reported as Ready."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

NAME = "ready-servers"


def change(condition: dict[str, Any]) -> dict[str, Any]:
    """Rename a condition."""
    if condition["type"] != "HealthCheck":
        return condition
    tell(NAME)
    return {**condition, "type": "Ready"}


def fit(parts: Parts) -> Parts:
    """Alter what the platform says."""
    return replace(parts, layer=replace(parts.layer, condition=change))


LIE = Lie(__doc__ or "", "serving.no-ready", "server-lives", fit)
