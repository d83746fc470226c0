"""Label values are stored in lower case."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.strategy import Context
from emulator.faults.admitting import admitting

NAME = "labels-lowered"


def admit(operation: str, context: Context, obj: Object | None, old: Object | None) -> bool:
    labels = metadata(obj).get("labels") if obj is not None and context.resource.plural == "models" else None
    if not labels or all(value == value.lower() for value in labels.values()):
        return False
    labels.update({key: value.lower() for key, value in labels.items()})
    return True


LIE = admitting(NAME, __doc__ or "", "model.labels", "labels-kept", admit=admit)
