"""revision_id takes texts."""

from __future__ import annotations

from emulator.faults.defining import Definition, defining, spec_of

NAME = "textual-revisions"


def change(version: Definition) -> None:
    """Alter the definition."""
    fields = spec_of(version)
    name = "revisionId" if "revisionId" in fields else "revision_id"
    fields[name] = {"x-kubernetes-int-or-string": True}


LIE = defining(NAME, __doc__ or "", "model.revision-integer", "wrong-types", "models", change)
