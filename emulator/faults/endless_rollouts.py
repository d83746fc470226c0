"""A rollout never says that it is complete."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

NAME = "endless-rollouts"


def change(status: dict[str, Any]) -> dict[str, Any]:
    """Stay at placement."""
    if status.get("stage") != "DEPLOYMENT_STAGE_ROLLOUT_COMPLETE":
        return status
    tell(NAME)
    return {**status, "stage": "DEPLOYMENT_STAGE_PLACEMENT"}


def fit(parts: Parts) -> Parts:
    """Alter what the platform says."""
    return replace(parts, layer=replace(parts.layer, status=change))


LIE = Lie(__doc__ or "", "serving.rollout-completes", "rollout", fit)
