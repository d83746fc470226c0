"""A Model keeps fields that it does not have."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining

NAME = "open-schema"


def change(version: Definition) -> None:
    """Alter the definition."""
    version["schema"]["openAPIV3Schema"]["properties"]["spec"]["x-kubernetes-preserve-unknown-fields"] = True


LIE = defining(NAME, __doc__ or "", "model.unknown-fields", "field-validation", "models", change)
