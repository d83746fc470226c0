"""PodDisruptionBudgets and PriorityClasses (k8s.io/kubernetes/pkg/apis/{policy,scheduling}/validation)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.label_selectors import selector_errors
from emulator.apiserver.registry.builtin.numbers import count_or_percent
from emulator.apiserver.registry.strategy import Context

_HIGHEST = 1_000_000_000
_SYSTEM = ("system-cluster-critical", "system-node-critical")
_EVICTION = ["AlwaysAllow", "IfHealthyBudget"]


class DisruptionBudgetStrategy(BuiltinStrategy):
    """PodDisruptionBudgets."""

    has_status = True
    counts_generations = True
    allow_unconditional_update = False

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Nothing is counted yet."""
        super().prepare_for_create(context, obj)
        names = ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods")
        obj["status"] = dict.fromkeys(names, 0)

    def check(self, obj: Object) -> list[FieldError]:
        """How many may be gone, or must stay: one of the two."""
        spec = obj["spec"]
        found: list[FieldError] = []
        given = [name for name in ("minAvailable", "maxUnavailable") if spec.get(name) is not None]
        if len(given) == 2:
            found.append(fields.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set"))
        for name in given:
            found += count_or_percent(spec[name], f"spec.{name}")
        found += selector_errors(spec.get("selector"), "spec.selector")
        policy = spec.get("unhealthyPodEvictionPolicy")
        if policy is not None and policy not in _EVICTION:
            found.append(fields.not_supported("spec.unhealthyPodEvictionPolicy", policy, _EVICTION))
        return found


class PriorityClassStrategy(BuiltinStrategy):
    """PriorityClasses."""

    counts_generations = True

    def check(self, obj: Object) -> list[FieldError]:
        """Users' priorities are below the system's."""
        found: list[FieldError] = []
        name, value = metadata(obj).get("name") or "", obj.get("value") or 0
        if name.startswith("system-"):
            if name not in _SYSTEM:
                text = f"priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a known system priority class"
                found.append(fields.forbidden("metadata.name", text))
        elif value > _HIGHEST:
            text = f"maximum allowed value of a user defined priority is {_HIGHEST}"
            found.append(fields.forbidden("value", text))
        policies = ["Never", "PreemptLowerPriority"]
        policy = obj.get("preemptionPolicy")
        if policy is not None and policy not in policies:
            found.append(fields.not_supported("preemptionPolicy", policy, policies))
        return found

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """Pods carry the number already."""
        found: list[FieldError] = []
        if (new.get("value") or 0) != (old.get("value") or 0):
            found.append(fields.forbidden("value", "may not be changed in an update."))
        if new.get("preemptionPolicy") != old.get("preemptionPolicy"):
            found.append(fields.invalid("preemptionPolicy", new.get("preemptionPolicy"), "field is immutable"))
        return found
