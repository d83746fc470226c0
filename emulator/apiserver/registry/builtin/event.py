"""Events: one object in two API groups, ``v1`` and ``events.k8s.io/v1``, stored as the first."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.syntax import qualified_name
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy

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
_NAME_LENGTH, _NOTE_LENGTH = 128, 1024


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
    """Events of both groups; k8s.io/kubernetes/pkg/apis/core/validation/events.go."""

    allow_create_on_update = True

    def check(self, obj: Object) -> list[FieldError]:
        """An event is where what it is about is; the newer group asks for more."""
        found = _namespace_errors(obj)
        if obj.get("apiVersion") == "events.k8s.io/v1" or obj.get("eventTime") is not None:
            found += _new_errors(obj)
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """The time of an event is its identity."""
        if new.get("eventTime") != old.get("eventTime"):
            return [fields.invalid("eventTime", new.get("eventTime"), "field is immutable")]
        return []

    def fields(self, obj: Object) -> dict[str, str]:
        """What ``kubectl get events --field-selector`` asks, under both groups' names."""
        core = to_core(dict(obj))
        involved, source = core.get("involvedObject") or {}, core.get("source") or {}
        reporter = core.get("reportingComponent") or ""
        found = {name: str(core.get(name) or "") for name in ("reason", "type")}
        found |= {"reportingComponent": reporter, "reportingController": reporter}
        found["source"] = source.get("component") or reporter
        for name in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"):
            found[f"involvedObject.{name}"] = found[f"regarding.{name}"] = involved.get(name) or ""
        return found


def _namespace_errors(obj: Object) -> list[FieldError]:
    involved = obj.get("involvedObject") or obj.get("regarding") or {}
    where, own = involved.get("namespace") or "", metadata(obj).get("namespace") or ""
    if not where:
        if own not in ("", "default"):
            return [fields.invalid("involvedObject.namespace", where, "does not match event.namespace")]
        return []
    if where != own:
        return [fields.invalid("involvedObject.namespace", where, "does not match event.namespace")]
    return []


def _new_errors(obj: Object) -> list[FieldError]:
    """What an event of the newer kind has to say."""
    found: list[FieldError] = []
    if obj.get("eventTime") is None:
        found.append(fields.required("eventTime"))
    for name in ("reportingController", "reportingComponent"):
        if name in obj:
            reporter = obj[name]
            found += [fields.required(name)] if not reporter else []
            found += [fields.invalid(name, reporter, text) for text in qualified_name(reporter) if reporter]
    for name in ("reportingInstance", "action", "reason"):
        value = obj.get(name) or ""
        if not value:
            found.append(fields.required(name))
        elif len(value) > _NAME_LENGTH:
            text = f"can have at most {_NAME_LENGTH} characters"
            found.append(fields.invalid(name, value, text))
    note = obj.get("note") or obj.get("message") or ""
    if len(note) > _NOTE_LENGTH:
        found.append(fields.invalid("message", "", f"can have at most {_NOTE_LENGTH} characters"))
    if obj.get("type") not in ("Normal", "Warning"):
        found.append(fields.invalid("type", "", f"has invalid value: {obj.get('type') or ''}"))
    return found
