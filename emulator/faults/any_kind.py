"""spec.kind takes any word."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining, spec_of

NAME = "any-kind"


def change(version: Definition) -> None:
    """Alter the definition."""
    spec_of(version)["kind"].pop("enum")


LIE = defining(NAME, __doc__ or "", "model.kind-enum", "kind-enum", "models", change)
