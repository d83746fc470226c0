"""PersistentVolumes, claims and storage classes (k8s.io/kubernetes/pkg/apis/{core,storage}/validation)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import dns1123_subdomain, qualified_name
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.label_selectors import selector_errors
from emulator.apiserver.registry.builtin.numbers import amounts
from emulator.apiserver.registry.strategy import Context

_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
_RECLAIM = ["Delete", "Recycle", "Retain"]
_BINDING = ["Immediate", "WaitForFirstConsumer"]
_FROZEN = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
_NO_SOURCES = frozenset(
    {
        "accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy",
        "storageClassName", "volumeAttributesClassName", "volumeMode",
    }
)  # fmt: skip


class VolumeClaimStrategy(BuiltinStrategy):
    """PersistentVolumeClaims."""

    returns_deleted_object = True
    has_status = True

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Pending; the two fields for a data source say the same."""
        obj["status"] = {"phase": "Pending"}
        spec = obj["spec"]
        if spec.get("dataSource") is not None and spec.get("dataSourceRef") is None:
            spec["dataSourceRef"] = dict(spec["dataSource"])

    def check(self, obj: Object) -> list[FieldError]:
        """How it is used, and how much of it."""
        spec = obj["spec"]
        found: list[FieldError] = []
        modes = spec.get("accessModes") or []
        if not modes:
            found.append(fields.required("spec.accessModes", "at least 1 access mode is required"))
        found += selector_errors(spec.get("selector"), "spec.selector")
        found += _mode_errors(modes)
        requests = spec["resources"].get("requests") or {}
        if "storage" not in requests:
            found.append(fields.required("spec.resources[storage]"))
        found += amounts(requests, "spec.resources.requests")
        name = spec.get("storageClassName")
        if name:
            found += [fields.invalid("spec.storageClassName", name, text) for text in dns1123_subdomain(name)]
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """Only the size of a bound claim changes, and a volume is bound once."""
        one, two = dict(new["spec"]), dict(old["spec"])
        free = ["volumeAttributesClassName"]
        if not two.get("volumeName"):
            free.append("volumeName")
        if (old.get("status") or {}).get("phase") == "Bound":
            free.append("resources")
        for spec in (one, two):
            for name in free:
                spec.pop(name, None)
        return [fields.forbidden("spec", _FROZEN)] if one != two else []


class VolumeStrategy(BuiltinStrategy):
    """PersistentVolumes."""

    returns_deleted_object = True
    has_status = True

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Nobody has claimed it yet."""
        obj["status"] = {"phase": "Pending"}

    def check(self, obj: Object) -> list[FieldError]:
        """How it is used, how much of it, and where it is."""
        spec = obj["spec"]
        found: list[FieldError] = []
        if not spec.get("accessModes"):
            found.append(fields.required("spec.accessModes"))
        found += _mode_errors(spec.get("accessModes") or [])
        capacity = spec.get("capacity") or {}
        if not capacity:
            found.append(fields.required("spec.capacity"))
        elif set(capacity) != {"storage"}:
            found.append(fields.not_supported("spec.capacity", ",".join(sorted(capacity)), ["storage"]))
        found += amounts(capacity, "spec.capacity")
        policy = spec.get("persistentVolumeReclaimPolicy")
        if policy not in _RECLAIM:
            found.append(fields.not_supported("spec.persistentVolumeReclaimPolicy", policy, _RECLAIM))
        sources = sorted(set(spec) - _NO_SOURCES)
        if not sources:
            found.append(fields.required("spec", "must specify a volume type"))
        found += [
            fields.forbidden(child("spec", name), "may not specify more than 1 volume type") for name in sources[1:]
        ]
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """Where it is stays."""
        one, two = (
            {name: value for name, value in obj["spec"].items() if name not in _NO_SOURCES} for obj in (new, old)
        )
        text = "spec.persistentvolumesource is immutable after creation"
        return [fields.forbidden("spec.persistentvolumesource", text)] if one != two else []


def _mode_errors(modes: list[str]) -> list[FieldError]:
    found = [fields.not_supported("spec.accessModes", mode, _MODES) for mode in modes if mode not in _MODES]
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        text = "may not use ReadWriteOncePod with other access modes"
        found.append(fields.forbidden("spec.accessModes", text))
    return found


class StorageClassStrategy(BuiltinStrategy):
    """StorageClasses."""

    def check(self, obj: Object) -> list[FieldError]:
        """Who provides, and how volumes are reclaimed and bound."""
        found: list[FieldError] = []
        provisioner = obj.get("provisioner") or ""
        if not provisioner:
            found.append(fields.required("provisioner"))
        else:
            found += [fields.invalid("provisioner", provisioner, text) for text in qualified_name(provisioner.lower())]
        found += [
            fields.invalid("parameters", name, "field can not be empty.")
            for name in obj.get("parameters") or ()
            if not name
        ]
        for name, values in (("reclaimPolicy", ["Delete", "Retain"]), ("volumeBindingMode", _BINDING)):
            if obj.get(name) not in values:
                found.append(fields.not_supported(name, obj.get(name), values))
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """Volumes exist that were made with what it said."""
        found = [
            fields.forbidden(name, f"updates to {name} are forbidden.")
            for name in ("parameters", "provisioner")
            if new.get(name) != old.get(name)
        ]
        return found + [
            fields.invalid(name, new.get(name), "field is immutable")
            for name in ("reclaimPolicy", "volumeBindingMode")
            if new.get(name) != old.get(name)
        ]
