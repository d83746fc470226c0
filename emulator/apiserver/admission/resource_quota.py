"""ResourceQuota: nobody takes more of a namespace than its quotas allow (k8s.io/apiserver/pkg/admission/plugin/resourcequota)."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from emulator.apiserver.admission.chain import Plugin
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.quantity import Quantity
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.quota_usage import Amounts, amounts, concerns, usage
from emulator.apiserver.registry.quotas import RESOURCE, used
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Storage

_GROWING = frozenset({("services", ""), ("persistentvolumeclaims", ""), ("pods", "resize")})
_ASKED_OF_EACH = frozenset({"cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"})


class ResourceQuotas(Plugin):
    """Counts what there is at each write, so that the last one that fits is the last one."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def minds(self, operation: str, resource: Resource, subresource: str) -> bool:
        """What is created in a namespace, and the changes by which something takes more."""
        if operation == "CREATE":
            return resource.namespaced and not subresource
        return operation == "UPDATE" and (str(resource.group_resource), subresource) in _GROWING

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse what exceeds a quota, or does not say what it takes of one. Raises StatusError (403)."""
        assert obj is not None, "a write has an object"
        if context.user is SYSTEM or not self._storage.count(RESOURCE):
            return
        resource = str(context.resource.group_resource)
        for stored in self._storage.list(RESOURCE, context.namespace).items:
            quota = orjson.loads(stored.data)
            if concerns(quota, resource, obj):
                self._check(quota, resource, context, obj, old)

    def _check(self, quota: Object, resource: str, context: Context, obj: Object, old: Object | None) -> None:
        hard = amounts((quota.get("status") or {}).get("hard") or quota["spec"].get("hard"))
        if resource == "pods" and (missing := _unsaid(obj["spec"], hard)):
            raise _refusal(context, obj, f"failed quota: {metadata(quota)['name']}: must specify {missing}")
        before = usage(resource, old) if old is not None else {}
        wanted = {name: _more(value, before.get(name)) for name, value in usage(resource, obj).items() if name in hard}
        wanted = {name: value for name, value in wanted.items() if value.value > 0}
        if not wanted:
            return
        taken = used(self._storage, quota, context.namespace)
        over = [name for name in sorted(wanted) if wanted[name].value + taken[name].value > hard[name].value]
        if over:
            said = f"requested: {_list(wanted, over)}, used: {_list(taken, over)}, limited: {_list(hard, over)}"
            raise _refusal(context, obj, f"exceeded quota: {metadata(quota)['name']}, {said}")


def _more(value: Quantity, before: Quantity | None) -> Quantity:
    return value if before is None else Quantity(value.value - before.value, value.form)


def _unsaid(spec: Object, hard: Amounts) -> str:
    """The limited resources of which containers say nothing, each with their names."""
    missing: dict[str, list[str]] = {}
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        said = container.get("resources") or {}
        for name in _ASKED_OF_EACH & hard.keys():
            part = "limits" if name.startswith("limits.") else "requests"
            if name.rpartition(".")[2] not in (said.get(part) or {}):
                missing.setdefault(name, []).append(container.get("name") or "")
    return "; ".join(f"{name} for: {','.join(sorted(missing[name]))}" for name in sorted(missing))


def _refusal(context: Context, obj: Object, why: str) -> StatusError:
    name = context.name or metadata(obj).get("generateName") or ""
    return errors.forbidden(context.resource.group_resource, name, why)


def _list(values: Amounts, names: Iterable[str]) -> str:
    return ",".join(f"{name}={values[name]}" for name in names)
