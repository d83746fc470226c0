"""APIServices: which group version is served by whom (k8s.io/kube-aggregator/pkg/apis/apiregistration/validation)."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.syntax import dns1035_label, dns1123_subdomain, path_segment
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.strategy import Context

LOCAL = ("True", "Local", "Local APIServices are always available")
_PRIORITIES = (("groupPriorityMinimum", 20000), ("versionPriority", 1000))
_STATUSES = ["False", "True", "Unknown"]


def available(verdict: tuple[str, str, str], now: str) -> Object:
    """The condition that says whether a group version can be reached: its status, reason and message."""
    status, reason, message = verdict
    return {"type": "Available", "status": status, "lastTransitionTime": now, "reason": reason, "message": message}


class ApiServiceStrategy(BuiltinStrategy):
    """Named by version and group; what no Service serves is available at once."""

    has_status = True
    allow_unconditional_update = False
    name_rule = staticmethod(path_segment)

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Drop the status; a local one is available."""
        super().prepare_for_create(context, obj)
        if obj["spec"].get("service") is None:
            obj["status"] = {"conditions": [available(LOCAL, context.now)]}

    def check(self, obj: Object) -> list[FieldError]:
        """Name, group and version agree, the priorities are within their bounds, and a Service is named in full."""
        spec, name = obj["spec"], metadata(obj).get("name") or ""
        group, version = spec.get("group") or "", spec.get("version") or ""
        found: list[FieldError] = []
        if not path_segment(name) and name != f"{version}.{group}":
            text = f'must be `spec.version+"."+spec.group`: {fields.go_quote(f"{version}.{group}")}'
            found.append(fields.invalid("metadata.name", name, text))
        if not group and version != "v1":
            found.append(fields.required("spec.group", "only v1 may have an empty group and it better be legacy kube"))
        if group:
            found += [fields.invalid("spec.group", group, text) for text in dns1123_subdomain(group)]
        found += [fields.invalid("spec.version", version, text) for text in dns1035_label(version)]
        for field, most in _PRIORITIES:
            value = spec.get(field) or 0
            if not 0 < value <= most:
                found.append(fields.invalid(child("spec", field), value, f"must be positive and less than {most}"))
        return found + _service_errors(spec)

    def check_status(self, new: Object, old: Object) -> list[FieldError]:
        """Conditions have a status that there is."""
        conditions: list[Any] = (new.get("status") or {}).get("conditions") or []
        return [
            fields.not_supported(child(index("status.conditions", position), "status"), condition["status"], _STATUSES)
            for position, condition in enumerate(conditions)
            if condition.get("status") not in _STATUSES
        ]


def _service_errors(spec: Object) -> list[FieldError]:
    found: list[FieldError] = []
    service, bundle = spec.get("service"), spec.get("caBundle") or ""
    insecure = bool(spec.get("insecureSkipTLSVerify"))
    if service is None:
        if bundle:
            size = f"{_size(bundle)} bytes"
            found.append(fields.invalid("spec.caBundle", size, "local APIServices may not have a caBundle"))
        if insecure:
            text = "local APIServices may not have insecureSkipTLSVerify"
            found.append(fields.invalid("spec.insecureSkipTLSVerify", insecure, text))
        return found
    found += [fields.required(f"spec.service.{name}") for name in ("namespace", "name") if not service.get(name)]
    if insecure and bundle:
        text = "may not be true if caBundle is present"
        found.append(fields.invalid("spec.insecureSkipTLSVerify", insecure, text))
    return found


def _size(encoded: str) -> int:
    """How many bytes base64 stands for."""
    return len(encoded) // 4 * 3 - encoded.count("=", -2)
