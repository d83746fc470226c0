"""The lower-case word triton is a backend type."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining, spec_of

NAME = "lower-case-triton"


def change(version: Definition) -> None:
    """Alter the definition."""
    spec_of(version)["backendType"]["enum"].append("triton")


LIE = defining(NAME, __doc__ or "", "serving.lower-case-backend", "server-enums", "inferenceservers", change)
