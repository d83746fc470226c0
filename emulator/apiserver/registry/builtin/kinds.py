"""Rows, shapes and strategies put together: every built-in kind, ready to be served."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Any

from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin import autoscaling, event, printers
from emulator.apiserver.registry.builtin.defaults import default_of
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.rows import RESOURCES
from emulator.apiserver.registry.builtin.strategies import strategy_for, subresources_for
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.schema.typed import TypedShape

# Kinds that are served in more than one version or group: from another one to this one.
_CONVERTERS: dict[GroupVersionKind, Callable[[Object], Object]] = {
    GroupVersionKind("", "v1", "Event"): event.to_core,
    GroupVersionKind("events.k8s.io", "v1", "Event"): event.to_events_group,
    GroupVersionKind("autoscaling", "v1", "HorizontalPodAutoscaler"): autoscaling.to_old,
    GroupVersionKind("autoscaling", "v2", "HorizontalPodAutoscaler"): autoscaling.to_new,
}


class DefaultingShape(TypedShape):
    """A built-in kind whose defaults are filled in when it is read from a client."""

    def default(self, obj: Object) -> None:
        """The kind's defaults (k8s.io/kubernetes/pkg/apis/*/v1/defaults.go)."""
        default_of(self.gvk.kind, obj)


def _kind(resource: Resource) -> Kind:
    main = strategy_for(resource)
    shown = printers.with_columns(resource)
    kind = Kind(shown, DefaultingShape(resource.gvk), main, partial(_cells, shown), subresources_for(resource, main))
    kind.converter = _CONVERTERS.get(resource.gvk)
    return kind


def _cells(resource: Resource, obj: Object, now: datetime) -> list[Any]:
    return printers.cells(resource, obj, now)


def builtin_kinds() -> list[Kind]:
    """Every built-in kind, in the order of the rows."""
    return [_kind(resource) for resource in RESOURCES]


@cache
def virtual_kind(gvk: GroupVersionKind) -> Kind:
    """A kind that is no resource of its own: what is posted to a subresource (TokenRequest, Eviction, Binding)."""
    plural = f"{gvk.kind.lower()}s"
    resource = Resource(gvk.group, gvk.version, plural, gvk.kind, namespaced=True, verbs=("create",))
    return Kind(resource, DefaultingShape(gvk), BuiltinStrategy(), partial(_cells, resource))
