"""LimitRanger: a namespace's LimitRanges complete and bound what containers ask for (k8s.io/kubernetes/plugin/pkg/admission/limitranger).

Not here: limits of type Pod and of PersistentVolumeClaims, and maxLimitRequestRatio.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from emulator.apiserver.admission.chain import Plugin
from emulator.apiserver.apimachinery import errors, quantity
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Storage

ANNOTATION = "kubernetes.io/limit-ranger"
_PODS = GroupResource("", "pods")


class LimitRanger(Plugin):
    """Applies limits of type Container to new Pods."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Fill in requests and limits that are left out, and note on the Pod which they are."""
        if obj is None or not _new_pod(operation, context):
            return
        for limit in self._limits(context.namespace):
            notes: list[str] = []
            for sort in ("initContainers", "containers"):
                for container in obj["spec"].get(sort) or ():
                    notes += _complete(container, limit, "init container" if sort == "initContainers" else "container")
            if notes:
                metadata(obj).setdefault("annotations", {})[ANNOTATION] = f"LimitRanger plugin set: {'; '.join(notes)}"

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse a Pod beyond the bounds. Raises StatusError (403)."""
        if obj is None or not _new_pod(operation, context):
            return
        for limit in self._limits(context.namespace):
            containers = [*(obj["spec"].get("initContainers") or ()), *(obj["spec"].get("containers") or ())]
            found = [text for container in containers for text in _beyond(container.get("resources") or {}, limit)]
            if found:
                text = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
                raise errors.forbidden(_PODS, metadata(obj).get("name") or "", text)

    def _limits(self, namespace: str) -> Iterator[Object]:
        for stored in self._storage.list("limitranges", namespace).items:
            for limit in orjson.loads(stored.data)["spec"].get("limits") or ():
                if limit.get("type") == "Container":
                    yield limit


def _new_pod(operation: str, context: Context) -> bool:
    if context.user is SYSTEM or context.subresource or context.resource.group_resource != _PODS:
        return False
    return operation == "CREATE"


def _complete(container: Object, limit: Object, what: str) -> list[str]:
    """Fill in one container; what was set, in words."""
    notes: list[str] = []
    for field, source in (("requests", "defaultRequest"), ("limits", "default")):
        wanted = limit.get(source) or {}
        resources = container.get("resources") or {}
        missing = sorted(name for name in wanted if name not in (resources.get(field) or {}))
        if missing:
            container["resources"] = resources
            resources[field] = {**(resources.get(field) or {}), **{name: wanted[name] for name in missing}}
            notes.append(f"{', '.join(missing)} {field.removesuffix('s')} for {what} {container.get('name', '')}")
    return notes


def _beyond(resources: Object, limit: Object) -> Iterator[str]:
    """How a container's resources break the bounds."""
    requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
    for name, bound in sorted((limit.get("min") or {}).items()):
        said = f"minimum {name} usage per Container is {bound}"
        if name not in requests:
            yield f"{said}.  No request is specified"
        elif quantity.compare(requests[name], bound) < 0:
            yield f"{said}, but request is {requests[name]}"
        if name in limits and quantity.compare(limits[name], bound) < 0:
            yield f"{said}, but limit is {limits[name]}"
    for name, bound in sorted((limit.get("max") or {}).items()):
        said = f"maximum {name} usage per Container is {bound}"
        if name not in limits:
            yield f"{said}.  No limit is specified"
        elif quantity.compare(limits[name], bound) > 0:
            yield f"{said}, but limit is {limits[name]}"
        if name in requests and quantity.compare(requests[name], bound) > 0:
            yield f"{said}, but request is {requests[name]}"
