"""Events: one object in two API groups, ``v1`` and ``events.k8s.io/v1``."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.strategy import Context

_TO_NEW = {
    "involvedObject": "regarding",
    "message": "note",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
_TO_OLD = {new: old for old, new in _TO_NEW.items()}


def to_events_group(obj: Object) -> Object:
    """A core Event as events.k8s.io/v1, in place."""
    return _rename(obj, _TO_NEW, "events.k8s.io/v1")


def to_core(obj: Object) -> Object:
    """An events.k8s.io/v1 Event as core/v1, in place."""
    return _rename(obj, _TO_OLD, "v1")


def _rename(obj: Object, names: dict[str, str], api_version: str) -> Object:
    if obj.get("apiVersion") != api_version:
        for old, new in names.items():
            if old in obj:
                obj[new] = obj.pop(old)
        obj["apiVersion"] = api_version
    return obj


class EventStrategy(BuiltinStrategy):
    """Core Events; what controllers write."""

    allow_create_on_update = True

    def validate(self, context: Context, obj: Object) -> list[FieldError]:
        """An event is where what it is about is."""
        involved = obj.get("involvedObject") or obj.get("regarding") or {}
        name = "involvedObject.namespace"
        where = involved.get("namespace") or ""
        if not where and metadata(obj).get("namespace") == "default":
            return []
        if where != (metadata(obj).get("namespace") or ""):
            return [fields.invalid(name, where, "does not match event.namespace")]
        return []

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """As for a new one."""
        return self.validate(context, new)

    def fields(self, obj: Object) -> dict[str, str]:
        """What ``kubectl get events --field-selector`` asks, under both groups' names."""
        found = dict(super().fields(obj))
        source = obj.get("source") or obj.get("deprecatedSource") or {}
        found["source"] = source.get("component") or obj.get("reportingComponent") or ""
        for name, value in list(found.items()):
            found[name.replace("involvedObject", "regarding")] = value
        return found
