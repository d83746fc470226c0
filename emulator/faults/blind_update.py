"""An update with a stale resourceVersion succeeds: the last writer wins."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.strategy import Context
from emulator.faults.admitting import admitting

NAME = "blind-update"


def admit(operation: str, context: Context, obj: Object | None, old: Object | None) -> bool:
    """Forget which version the writer had read."""
    if operation != "UPDATE" or obj is None or old is None:
        return False
    stale = metadata(obj).get("resourceVersion") not in (None, metadata(old)["resourceVersion"])
    metadata(obj)["resourceVersion"] = metadata(old)["resourceVersion"]
    return stale


LIE = admitting(NAME, __doc__ or "", "k8s.stale-update", "stale-update", admit=admit)
