"""Workloads: Deployments, ReplicaSets, StatefulSets, DaemonSets and their kin (k8s.io/kubernetes/pkg/apis/apps/validation)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.syntax import dns1123_label
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.label_selectors import is_empty, matches, selector_errors
from emulator.apiserver.registry.builtin.numbers import count_or_percent, not_negative, percentage
from emulator.apiserver.registry.builtin.pod_validation import template_errors

IMMUTABLE = "field is immutable"
_MISMATCH = "`selector` does not match template `labels`"
_TEMPLATE = "spec.template"
_STATEFUL_FROZEN = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)
_STATEFUL_FREE = frozenset(
    {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    }
)


class WorkloadStrategy(BuiltinStrategy):
    """What runs pods made from a template, and finds them by a selector."""

    has_status = True
    counts_generations = True
    word = ""  # how messages call the kind

    def check(self, obj: Object) -> list[FieldError]:
        """Replicas, selector, template, and how it is rolled out."""
        spec = obj["spec"]
        found = not_negative(spec, "spec", "replicas")
        found += self.selector_errors(spec)
        found += template_errors(spec["template"], _TEMPLATE)
        found += _restart_errors(spec["template"]["spec"])
        found += self.rollout_errors(spec)
        return found + not_negative(spec, "spec", "minReadySeconds", "revisionHistoryLimit")

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """The selector stays: pods would be lost."""
        selector = new["spec"].get("selector")
        if selector != old["spec"].get("selector"):
            return [fields.invalid("spec.selector", selector, IMMUTABLE)]
        return []

    def selector_errors(self, spec: Object) -> list[FieldError]:
        """A selector is there, asks for something, and selects the template's pods."""
        selector = spec.get("selector")
        if selector is None:
            return [fields.required("spec.selector")]
        found = selector_errors(selector, "spec.selector")
        if is_empty(selector):
            found.append(fields.invalid("spec.selector", selector, f"empty selector is invalid for {self.word}"))
        elif not found:
            labels = metadata(spec["template"]).get("labels")
            if not matches(selector, labels):
                found.append(fields.invalid(child(_TEMPLATE, "metadata.labels"), labels, _MISMATCH))
        return found

    def rollout_errors(self, spec: Object) -> list[FieldError]:
        """What is wrong with the way in which a new template takes over."""
        return []


class DeploymentStrategy(WorkloadStrategy):
    """Deployments."""

    word = "deployment"

    def rollout_errors(self, spec: Object) -> list[FieldError]:
        """A strategy of a known type, and time to make progress."""
        found: list[FieldError] = []
        strategy = spec["strategy"]
        rolling = strategy.get("rollingUpdate")
        if strategy["type"] == "Recreate":
            if rolling is not None:
                text = "may not be specified when strategy `type` is 'Recreate'"
                found.append(fields.forbidden("spec.strategy.rollingUpdate", text))
        elif strategy["type"] == "RollingUpdate":
            found += _rolling_errors(rolling or {}, "spec.strategy.rollingUpdate")
        else:
            kinds = ["Recreate", "RollingUpdate"]
            found.append(fields.not_supported("spec.strategy.type", strategy["type"], kinds))
        found += not_negative(spec, "spec", "progressDeadlineSeconds")
        deadline = spec.get("progressDeadlineSeconds")
        if deadline is not None and deadline <= (spec.get("minReadySeconds") or 0):
            text = "must be greater than minReadySeconds"
            found.append(fields.invalid("spec.progressDeadlineSeconds", deadline, text))
        return found


class ReplicaSetStrategy(WorkloadStrategy):
    """ReplicaSets."""

    word = "replicaset"


class StatefulSetStrategy(WorkloadStrategy):
    """StatefulSets: pods with names that stay."""

    word = "statefulset"
    name_rule = staticmethod(dns1123_label)

    def rollout_errors(self, spec: Object) -> list[FieldError]:
        """Policies of known names."""
        found: list[FieldError] = []
        policies = ["OrderedReady", "Parallel"]
        if spec.get("podManagementPolicy") not in policies:
            text = f"must be '{policies[0]}' or '{policies[1]}'"
            found.append(fields.invalid("spec.podManagementPolicy", spec.get("podManagementPolicy"), text))
        strategy = spec["updateStrategy"]
        if strategy["type"] not in ("RollingUpdate", "OnDelete"):
            text = "must be 'RollingUpdate' or 'OnDelete'"
            found.append(fields.invalid("spec.updateStrategy", strategy, text))
        rolling = strategy.get("rollingUpdate")
        if rolling is not None and strategy["type"] == "RollingUpdate":
            found += not_negative(rolling, "spec.updateStrategy.rollingUpdate", "partition")
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """Only a few fields change."""
        one, two = new["spec"], old["spec"]
        if any(one.get(name) != two.get(name) for name in {*one, *two} - _STATEFUL_FREE):
            return [fields.forbidden("spec", _STATEFUL_FROZEN)]
        return []


class DaemonSetStrategy(WorkloadStrategy):
    """DaemonSets."""

    word = "daemonset"

    def rollout_errors(self, spec: Object) -> list[FieldError]:
        """A strategy of a known type."""
        strategy = spec["updateStrategy"]
        if strategy["type"] == "OnDelete":
            return []
        if strategy["type"] != "RollingUpdate":
            kinds = ["RollingUpdate", "OnDelete"]
            return [fields.not_supported("spec.updateStrategy.type", strategy["type"], kinds)]
        return _surge_errors(strategy.get("rollingUpdate") or {}, "spec.updateStrategy.rollingUpdate")


class ReplicationControllerStrategy(WorkloadStrategy):
    """ReplicationControllers: their selector is a plain map."""

    default_orphans = True

    def selector_errors(self, spec: Object) -> list[FieldError]:
        """The selector selects the template's pods."""
        selector = spec.get("selector") or {}
        if not selector:
            return [fields.required("spec.selector")]
        labels = metadata(spec["template"]).get("labels") or {}
        if any(labels.get(name) != value for name, value in selector.items()):
            return [fields.invalid(child(_TEMPLATE, "metadata.labels"), labels, _MISMATCH)]
        return []

    def check(self, obj: Object) -> list[FieldError]:
        """A template may be missing, but not at creation."""
        if obj["spec"].get("template") is None:
            return [fields.required(_TEMPLATE)]
        return super().check(obj)

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """Everything may change."""
        return []


class PodTemplateStrategy(BuiltinStrategy):
    """PodTemplates."""

    returns_deleted_object = True
    counts_generations = True

    def check(self, obj: Object) -> list[FieldError]:
        """The template."""
        return template_errors(obj["template"], "template")


class ControllerRevisionStrategy(BuiltinStrategy):
    """ControllerRevisions: what a StatefulSet or DaemonSet once was."""

    def check(self, obj: Object) -> list[FieldError]:
        """Numbered, with content."""
        found = not_negative(obj, "", "revision")
        if obj.get("data") is None:
            found.append(fields.required("data", "data is mandatory"))
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """The content stays."""
        if new.get("data") != old.get("data"):
            return [fields.invalid("data", new.get("data"), IMMUTABLE)]
        return []


def _restart_errors(spec: Object) -> list[FieldError]:
    found: list[FieldError] = []
    policy = spec.get("restartPolicy")
    if policy != "Always":
        found.append(fields.not_supported(child(_TEMPLATE, "spec.restartPolicy"), policy, ["Always"]))
    if spec.get("activeDeadlineSeconds") is not None:
        text = "activeDeadlineSeconds in ReplicaSet is not Supported"
        found.append(fields.forbidden(child(_TEMPLATE, "spec.activeDeadlineSeconds"), text))
    return found


def _rolling_errors(rolling: Object, path: str) -> list[FieldError]:
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    found = count_or_percent(unavailable, child(path, "maxUnavailable"))
    found += count_or_percent(surge, child(path, "maxSurge"))
    if _is_nothing(unavailable) and _is_nothing(surge):
        found.append(fields.invalid(child(path, "maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0"))
    if (percentage(unavailable) or 0) > 100:
        found.append(fields.invalid(child(path, "maxUnavailable"), unavailable, "must not be greater than 100%"))
    return found


def _surge_errors(rolling: Object, path: str) -> list[FieldError]:
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    found = count_or_percent(unavailable, child(path, "maxUnavailable"))
    found += count_or_percent(surge, child(path, "maxSurge"))
    if not _is_nothing(unavailable) and not _is_nothing(surge):
        found.append(fields.invalid(child(path, "maxSurge"), surge, "may not be set when maxUnavailable is non-zero"))
    elif _is_nothing(unavailable) and _is_nothing(surge):
        found.append(fields.required(child(path, "maxUnavailable"), "cannot be 0 when maxSurge is 0"))
    return found


def _is_nothing(value: object) -> bool:
    return value in (0, "0%", None)
