"""A schema item has a dtype."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining, spec_of

NAME = "dtype"


def change(version: Definition) -> None:
    """Alter the definition."""
    for side in ("input_schema", "output_schema", "inputSchema", "outputSchema"):
        for items in (spec_of(version).get(side) or {"properties": {}})["properties"].values():
            items["items"]["properties"]["dtype"] = {"type": "string"}


LIE = defining(NAME, __doc__ or "", "model.no-dtype", "no-dtype", "models", change)
