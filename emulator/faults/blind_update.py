"""An update with a stale resourceVersion succeeds: the last writer wins."""

from __future__ import annotations

from dataclasses import replace

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.strategy import Context
from emulator.faults.parts import Parts
from emulator.faults.wrapping import AdmissionWrapper


class _BlindUpdate(AdmissionWrapper):
    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        if operation == "UPDATE" and obj is not None and old is not None:
            metadata(obj)["resourceVersion"] = metadata(old)["resourceVersion"]
        self.inner.admit(operation, context, obj, old)


def blind_update(parts: Parts) -> Parts:
    """Forget which version the writer had read."""
    honest = parts.apiserver.admission
    return replace(parts, apiserver=replace(parts.apiserver, admission=lambda chain: _BlindUpdate(honest(chain))))
