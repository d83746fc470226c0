"""HorizontalPodAutoscalers: one object in two versions, stored as autoscaling/v2 (k8s.io/kubernetes/pkg/apis/autoscaling)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy

_V1, _V2 = "autoscaling/v1", "autoscaling/v2"
_OLD_TARGET = "targetCPUUtilizationPercentage"
_OLD_CURRENT = "currentCPUUtilizationPercentage"


class AutoscalerStrategy(BuiltinStrategy):
    """HorizontalPodAutoscalers."""

    has_status = True

    def check(self, obj: Object) -> list[FieldError]:
        """What is scaled, and how far."""
        spec = obj["spec"]
        found: list[FieldError] = []
        least, most = spec.get("minReplicas"), spec.get("maxReplicas") or 0
        if least is not None and least < 1:
            found.append(fields.invalid("spec.minReplicas", least, "must be greater than or equal to 1"))
        if most < 1:
            found.append(fields.invalid("spec.maxReplicas", most, "must be greater than 0"))
        if least is not None and most < least:
            text = "must be greater than or equal to `minReplicas`"
            found.append(fields.invalid("spec.maxReplicas", most, text))
        target = spec.get("scaleTargetRef") or {}
        found += [
            fields.required(child("spec.scaleTargetRef", name)) for name in ("kind", "name") if not target.get(name)
        ]
        return found


def to_old(obj: Object) -> Object:
    """An autoscaler as autoscaling/v1, in place: only the target for CPU is left of its metrics."""
    if obj.get("apiVersion") == _V1:
        return obj
    obj["apiVersion"] = _V1
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    for metric in spec.pop("metrics", None) or ():
        target = _cpu(metric).get("target") or {}
        if target.get("averageUtilization") is not None:
            spec[_OLD_TARGET] = target["averageUtilization"]
    for metric in status.pop("currentMetrics", None) or ():
        current = _cpu(metric).get("current") or {}
        if current.get("averageUtilization") is not None:
            status[_OLD_CURRENT] = current["averageUtilization"]
    spec.pop("behavior", None)
    status.pop("conditions", None)
    status.setdefault("currentReplicas", 0)
    return obj


def to_new(obj: Object) -> Object:
    """An autoscaler as autoscaling/v2, in place."""
    if obj.get("apiVersion") == _V2:
        return obj
    obj["apiVersion"] = _V2
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    percent = spec.pop(_OLD_TARGET, None)
    if percent is not None:
        target = {"type": "Utilization", "averageUtilization": percent}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    current = status.pop(_OLD_CURRENT, None)
    shown = {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": current}}}
    status["currentMetrics"] = None if current is None else [shown]
    return obj


def _cpu(metric: Object) -> Object:
    resource: Object = metric.get("resource") or {}
    return resource if metric.get("type") == "Resource" and resource.get("name") == "cpu" else {}
