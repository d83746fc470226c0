"""ResourceQuotas and LimitRanges (k8s.io/kubernetes/pkg/apis/core/validation). They are enforced in ``admission``."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields, quantity
from emulator.apiserver.apimachinery.fields import FieldError, child, index, key
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import qualified_name
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.numbers import amounts

_STANDARD = frozenset(
    {
        "configmaps", "cpu", "ephemeral-storage", "limits.cpu", "limits.ephemeral-storage", "limits.memory", "memory",
        "persistentvolumeclaims", "pods", "replicationcontrollers", "requests.cpu", "requests.ephemeral-storage",
        "requests.memory", "requests.storage", "resourcequotas", "secrets", "services", "services.loadbalancers",
        "services.nodeports", "storage",
    }
)  # fmt: skip
_SCOPES = (
    "BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating",
    "VolumeAttributesClass",
)  # fmt: skip


class ResourceQuotaStrategy(BuiltinStrategy):
    """ResourceQuotas."""

    returns_deleted_object = True
    has_status = True

    def check(self, obj: Object) -> list[FieldError]:
        """Known resources, sensible amounts, known scopes."""
        found: list[FieldError] = []
        for name, value in sorted((obj["spec"].get("hard") or {}).items()):
            path = key("spec.hard", name)
            found += _name_errors(name, path)
            if quantity.compare(value, "0") < 0:
                found.append(fields.invalid(path, value, "must be greater than or equal to 0"))
        for position, scope in enumerate(obj["spec"].get("scopes") or ()):
            if scope not in _SCOPES:
                found.append(fields.invalid(index("spec.scopes", position), scope, "unsupported scope"))
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """What it is about stays."""
        if (new["spec"].get("scopes") or []) != (old["spec"].get("scopes") or []):
            return [fields.invalid("spec.scopes", new["spec"].get("scopes"), "field is immutable")]
        return []


def _name_errors(name: str, path: str) -> list[FieldError]:
    found = [fields.invalid(path, name, text) for text in qualified_name(name)]
    if "/" not in name and name not in _STANDARD and not found:
        counted = name.startswith("count/") or ".storageclass." in name
        if not counted:
            found.append(fields.invalid(path, name, "must be a standard resource type or fully qualified"))
            found.append(fields.invalid(path, name, "must be a standard resource for quota"))
    return found


class LimitRangeStrategy(BuiltinStrategy):
    """LimitRanges."""

    allow_create_on_update = True

    def check(self, obj: Object) -> list[FieldError]:
        """One entry per type, and no bound beyond another."""
        found: list[FieldError] = []
        seen: set[str] = set()
        for position, item in enumerate(obj["spec"].get("limits") or ()):
            path = index("spec.limits", position)
            sort = item.get("type") or ""
            found += [fields.invalid(child(path, "type"), sort, text) for text in qualified_name(sort)]
            if sort in seen:
                found.append(fields.duplicate(child(path, "type"), sort))
            seen.add(sort)
            for bound in ("max", "min", "default", "defaultRequest"):
                found += amounts(item.get(bound), child(path, bound))
            found += _order_errors(item, path)
        return found


def _order_errors(item: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    pairs = (
        ("min", "max"),
        ("min", "defaultRequest"),
        ("defaultRequest", "max"),
        ("defaultRequest", "default"),
        ("default", "max"),
    )
    for low, high in pairs:
        for name, value in sorted((item.get(low) or {}).items()):
            limit = (item.get(high) or {}).get(name)
            if limit is not None and quantity.compare(value, limit) > 0:
                words = {"min": "min", "max": "max", "default": "default", "defaultRequest": "default request"}
                text = f"{words[low]} value {value} is greater than {words[high]} value {limit}"
                found.append(fields.invalid(key(child(path, low), name), value, text))
    return found
