"""An InferenceServer says that it serves as soon as it is valid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

NAME = "early-servers"


def change(status: dict[str, Any]) -> dict[str, Any]:
    """Claim to serve."""
    conditions = status.get("conditions") or []
    valid = any(one["type"] == "Validation" and one["status"] == "CONDITION_STATUS_TRUE" for one in conditions)
    if not valid or not str(status.get("state", "")).startswith("INFERENCE_SERVER_STATE_"):
        return status
    tell(NAME)
    return {**status, "state": "INFERENCE_SERVER_STATE_SERVING"}


def fit(parts: Parts) -> Parts:
    """Alter what the platform says."""
    return replace(parts, layer=replace(parts.layer, status=change))


LIE = Lie(__doc__ or "", "serving.gate", "server-lives", fit)
