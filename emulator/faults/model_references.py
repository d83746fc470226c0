"""An InferenceServer refers to a Model by spec.modelVersion."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining, spec_of

NAME = "model-references"


def change(version: Definition) -> None:
    """Alter the definition."""
    spec_of(version)["modelVersion"] = {"type": "string"}


LIE = defining(NAME, __doc__ or "", "serving.no-model-version", "server-fields", "inferenceservers", change)
