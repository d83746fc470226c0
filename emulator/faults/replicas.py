"""An InferenceServer has a replicas field."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining, spec_of

NAME = "replicas"


def change(version: Definition) -> None:
    """Alter the definition."""
    spec_of(version)["replicas"] = {"type": "integer"}


LIE = defining(NAME, __doc__ or "", "serving.no-replicas", "server-fields", "inferenceservers", change)
