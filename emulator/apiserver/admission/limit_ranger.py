"""LimitRanger: a namespace's LimitRanges complete what containers ask for, and bound Pods and claims.

Source: k8s.io/kubernetes/plugin/pkg/admission/limitranger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson

from emulator.apiserver.admission.chain import PODS, Plugin
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.quota_usage import Amounts, amounts, resources
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Storage

ANNOTATION = "kubernetes.io/limit-ranger"
_CLAIMS = GroupResource("", "persistentvolumeclaims")


class LimitRanger(Plugin):
    """Applies LimitRanges to new Pods and to claims."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def minds(self, operation: str, resource: Resource, subresource: str) -> bool:
        """New Pods, new claims and changed ones."""
        of = {"CREATE": (PODS, _CLAIMS), "UPDATE": (_CLAIMS,)}
        return not subresource and resource.group_resource in of.get(operation, ())

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Fill in requests and limits that are left out, and note on the Pod which they are."""
        assert obj is not None, "a write has an object"
        if context.user is SYSTEM or context.resource.group_resource != PODS:
            return
        for limit in self._limits(context.namespace):
            notes: list[str] = []
            for sort in ("initContainers", "containers"):
                for container in obj["spec"].get(sort) or ():
                    notes += _complete(container, limit, "init container" if sort == "initContainers" else "container")
            if notes:
                metadata(obj).setdefault("annotations", {})[ANNOTATION] = f"LimitRanger plugin set: {'; '.join(notes)}"

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse what is beyond the bounds. Raises StatusError (403)."""
        assert obj is not None, "a write has an object"
        if context.user is SYSTEM:
            return
        resource = context.resource.group_resource
        check: Callable[[Object, Object], Iterator[str]] = _pod_beyond if resource == PODS else _claim_beyond
        for limit_range in self._ranges(context.namespace):
            limits = limit_range["spec"].get("limits") or ()
            found = [text for limit in limits for text in check(obj["spec"], limit)]
            if found:
                text = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
                raise errors.forbidden(resource, metadata(obj).get("name") or "", text)

    def _ranges(self, namespace: str) -> Iterator[Object]:
        for stored in self._storage.list("limitranges", namespace).items:
            yield orjson.loads(stored.data)

    def _limits(self, namespace: str) -> Iterator[Object]:
        for limit_range in self._ranges(namespace):
            for limit in limit_range["spec"].get("limits") or ():
                if limit.get("type") == "Container":
                    yield limit


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


def _pod_beyond(spec: Object, limit: Object) -> Iterator[str]:
    if limit.get("type") == "Container":
        for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
            given = container.get("resources") or {}
            yield from _beyond("Container", limit, amounts(given.get("requests")), amounts(given.get("limits")))
    elif limit.get("type") == "Pod":
        yield from _beyond("Pod", limit, resources(spec, "requests"), resources(spec, "limits"))


def _claim_beyond(spec: Object, limit: Object) -> Iterator[str]:
    """A claim has no limits: what it requests is bounded from both sides."""
    if limit.get("type") != "PersistentVolumeClaim":
        return
    requests = amounts((spec.get("resources") or {}).get("requests"))
    yield from _too_little("PersistentVolumeClaim", limit, requests, {})
    for name, bound in sorted(amounts(limit.get("max")).items()):
        said = f"maximum {name} usage per PersistentVolumeClaim is {bound}"
        if name not in requests:
            yield f"{said}.  No request is specified"
        elif requests[name].value > bound.value:
            yield f"{said}, but request is {requests[name]}"


def _beyond(sort: str, limit: Object, requests: Amounts, limits: Amounts) -> Iterator[str]:
    """How a container's or a Pod's resources break the bounds."""
    yield from _too_little(sort, limit, requests, limits)
    for name, bound in sorted(amounts(limit.get("max")).items()):
        said = f"maximum {name} usage per {sort} is {bound}"
        if name not in limits:
            yield f"{said}.  No limit is specified"
        elif limits[name].value > bound.value:
            yield f"{said}, but limit is {limits[name]}"
        if name in requests and requests[name].value > bound.value:
            yield f"{said}, but request is {requests[name]}"
    for name, bound in sorted(amounts(limit.get("maxLimitRequestRatio")).items()):
        said = f"{name} max limit to request ratio per {sort} is {bound}, but"
        for what, given in (("request", requests), ("limit", limits)):
            if name not in given or not given[name].value:
                yield f"{said} no {what} is specified or {what} is 0"
                break
        else:
            ratio = limits[name].value / requests[name].value
            if ratio > bound.value:
                yield f"{said} provided ratio is {ratio:.6f}"


def _too_little(sort: str, limit: Object, requests: Amounts, limits: Amounts) -> Iterator[str]:
    for name, bound in sorted(amounts(limit.get("min")).items()):
        said = f"minimum {name} usage per {sort} is {bound}"
        if name not in requests:
            yield f"{said}.  No request is specified"
        elif requests[name].value < bound.value:
            yield f"{said}, but request is {requests[name]}"
        if name in limits and limits[name].value < bound.value:
            yield f"{said}, but limit is {limits[name]}"
