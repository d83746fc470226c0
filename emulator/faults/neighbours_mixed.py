"""A new Model gets the description of the one that was made before it."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.strategy import Context
from emulator.faults.admitting import admitting

NAME = "neighbours-mixed"


_LAST: dict[str, Object] = {}


def admit(operation: str, context: Context, obj: Object | None, old: Object | None) -> bool:
    if obj is None or context.resource.plural != "models" or context.subresource:
        return False
    spec = obj.setdefault("spec", {})
    leaked = _LAST.get(context.namespace)
    _LAST[context.namespace] = {"description": spec.get("description")}
    if (
        operation != "CREATE"
        or leaked is None
        or leaked["description"] is None
        or leaked["description"] == spec.get("description")
    ):
        return False
    spec["description"] = leaked["description"]
    return True


LIE = admitting(NAME, __doc__ or "", "k8s.isolation", "isolation", admit=admit)
