"""A Model has no status subresource: status is written with the rest."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining

NAME = "status-with-main"


def change(version: Definition) -> None:
    """Alter the definition."""
    version.pop("subresources", None)
    status = version["schema"]["openAPIV3Schema"]["properties"].setdefault("status", {"type": "object"})
    status["x-kubernetes-preserve-unknown-fields"] = True


LIE = defining(NAME, __doc__ or "", "model.status-not-by-main", "status-empty", "models", change)
