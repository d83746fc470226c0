"""The server counts revision_id up with every update."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.strategy import Context
from emulator.faults.admitting import admitting

NAME = "counted-revisions"


def admit(operation: str, context: Context, obj: Object | None, old: Object | None) -> bool:
    if (
        operation != "UPDATE"
        or context.resource.plural != "models"
        or obj is None
        or old is None
        or context.subresource
    ):
        return False
    spec, before = obj.setdefault("spec", {}), old.get("spec") or {}
    field = "revisionId" if "revisionId" in before else "revision_id"
    if not isinstance(before.get(field), int):
        return False
    spec[field] = before[field] + 1
    return True


LIE = admitting(NAME, __doc__ or "", "model.revision-is-the-users", "revision-is-the-users", admit=admit)
