"""Finalizers are not kept."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.strategy import Context
from emulator.faults.admitting import admitting

NAME = "finalizers-dropped"


def admit(operation: str, context: Context, obj: Object | None, old: Object | None) -> bool:
    if obj is None or context.resource.plural != "models" or not metadata(obj).get("finalizers"):
        return False
    metadata(obj).pop("finalizers")
    return True


LIE = admitting(NAME, __doc__ or "", "k8s.finalizers", "finalizers", admit=admit)
