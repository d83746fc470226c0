"""BackendProvision never becomes true."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

NAME = "unprovisioned-servers"


def change(condition: dict[str, Any]) -> dict[str, Any]:
    """Say that it is not so."""
    if condition["type"] != "BackendProvision":
        return condition
    tell(NAME)
    return {**condition, "status": "CONDITION_STATUS_FALSE"}


def fit(parts: Parts) -> Parts:
    """Alter what the platform says."""
    return replace(parts, layer=replace(parts.layer, condition=change))


LIE = Lie(__doc__ or "", "serving.gate", "server-lives", fit)
