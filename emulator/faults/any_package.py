"""spec.package_type takes any word."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining, spec_of

NAME = "any-package"


def change(version: Definition) -> None:
    """Alter the definition."""
    fields = spec_of(version)
    fields["packageType" if "packageType" in fields else "package_type"].pop("enum")


LIE = defining(NAME, __doc__ or "", "model.package-enum", "package-enum", "models", change)
