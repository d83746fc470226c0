"""Pods: what a write may change, how they are deleted, and their subresources (k8s.io/kubernetes/pkg/registry/core/pod)."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.registry.builtin.generic import BuiltinStatusStrategy, BuiltinStrategy, keep
from emulator.apiserver.registry.builtin.pod_validation import spec_errors
from emulator.apiserver.registry.strategy import Context

_FROZEN = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_DEFAULT_TOLERATIONS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_TOLERATION_SECONDS = 300


class PodStrategy(BuiltinStrategy):
    """Pods. Their spec is frozen but for a few fields; deleting one that runs somewhere takes its grace."""

    returns_deleted_object = True
    has_status = True
    counts_generations = True

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Pending, with the class of service that its resources give it; what admission adds to every pod."""
        metadata(obj)["generation"] = 1
        spec = obj["spec"]
        obj["status"] = {"phase": "Pending", "qosClass": quality(spec)}
        if not spec.get("priorityClassName"):
            spec.setdefault("priority", 0)
            spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
        _tolerate_failing_nodes(spec)

    def check(self, obj: Object) -> list[FieldError]:
        """Its spec."""
        return spec_errors(obj["spec"], "spec")

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """Images, a deadline and more tolerations may change."""
        if _frozen(new["spec"]) != _frozen(old["spec"]) or not _only_added(new["spec"], old["spec"], "tolerations"):
            return [fields.forbidden("spec", _FROZEN)]
        return []

    def prepare_for_delete(self, context: Context, obj: Object, grace: int | None) -> int | None:
        """A pod on no node, or one that has ended, goes at once."""
        if grace is None:
            grace = obj["spec"].get("terminationGracePeriodSeconds")
        if not obj["spec"].get("nodeName") or (obj.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
            return 0
        return 30 if grace is None else 1 if grace < 0 else grace

    def fields(self, obj: Object) -> Mapping[str, str]:
        """Lists and flags are selected by their usual spelling."""
        found = dict(super().fields(obj))
        status = obj.get("status") or {}
        found["spec.hostNetwork"] = "true" if obj["spec"].get("hostNetwork") else "false"
        found["status.podIPs"] = ",".join(entry.get("ip", "") for entry in status.get("podIPs") or ())
        return found


class PodStatusStrategy(BuiltinStatusStrategy):
    """Writes through ``/status``: what a kubelet does."""

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """The spec stays, and so do owners and deletion."""
        super().prepare_for_update(context, new, old)
        keep(metadata(new), metadata(old), "ownerReferences")
        status = new["status"]
        if not status.get("qosClass"):
            keep(status, old.get("status") or {}, "qosClass")


class PodPartStrategy(BuiltinStatusStrategy):
    """Writes through ``/ephemeralcontainers`` and ``/resize``: one part of the spec."""

    def __init__(self, main: BuiltinStrategy, subresource: str) -> None:
        super().__init__(main)
        self.subresource = subresource
        self.reset_fields = frozenset({("status",)})

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Take the containers (their resources, for a resize) into the old pod."""
        given = new["spec"]
        keep(new, old, "spec")
        keep(new, old, "status")
        if self.subresource == "ephemeralcontainers":
            if given.get("ephemeralContainers"):
                new["spec"]["ephemeralContainers"] = given["ephemeralContainers"]
        else:
            wanted = {item.get("name"): item for item in given.get("containers") or ()}
            for container in new["spec"].get("containers") or ():
                resources = (wanted.get(container.get("name")) or {}).get("resources")
                if resources is not None:
                    container["resources"] = resources
        if new["spec"] != old["spec"]:
            metadata(new)["generation"] = (metadata(old).get("generation") or 0) + 1

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """Ephemeral containers are only ever added."""
        found = spec_errors(new["spec"], "spec")
        if not _only_added(new["spec"], old["spec"], "ephemeralContainers"):
            text = "existing ephemeral containers may not be removed or changed"
            found.append(fields.forbidden("spec.ephemeralContainers", text))
        return found


class PodBindingStrategy(BuiltinStatusStrategy):
    """Writes through ``/binding``: what a scheduler decides is taken as it is."""

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """Nothing is kept: the server itself made the change."""

    def validate_update(self, context: Context, new: Object, old: Object) -> list[FieldError]:
        """Nothing to say."""
        return []


def quality(spec: Object) -> str:
    """The class of service: Guaranteed, Burstable or BestEffort (pkg/apis/core/helper/qos)."""
    limited, any_request = True, False
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        resources = container.get("resources") or {}
        limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
        counted = {name for name in (*limits, *requests) if name in ("cpu", "memory")}
        any_request = any_request or bool(counted)
        same = all(requests.get(name, limits.get(name)) == limits.get(name) for name in counted)
        limited = limited and {"cpu", "memory"} <= set(limits) and same
    if not any_request:
        return "BestEffort"
    return "Guaranteed" if limited else "Burstable"


def _tolerate_failing_nodes(spec: Object) -> None:
    """Admission plugin DefaultTolerationSeconds: stay for five minutes on a node that fails."""
    given = spec.get("tolerations") or []
    for name in _DEFAULT_TOLERATIONS:
        if not any(
            item.get("key") in (name, None, "") and item.get("effect") in ("NoExecute", None, "") for item in given
        ):
            given.append(
                {"key": name, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _TOLERATION_SECONDS}
            )
    spec["tolerations"] = given


def _frozen(spec: Object) -> Object:
    """The spec without what may change."""
    rest: Object = copy(spec)
    for name in ("activeDeadlineSeconds", "tolerations"):
        rest.pop(name, None)
    if (rest.get("terminationGracePeriodSeconds") or 0) in (1, -1):
        rest.pop("terminationGracePeriodSeconds", None)
    for group in ("containers", "initContainers"):
        for container in rest.get(group) or ():
            container.pop("image", None)
    return rest


def _only_added(new: Object, old: Object, name: str) -> bool:
    given = new.get(name) or []
    return all(item in given for item in old.get(name) or ())
