"""Rows, shapes and strategies put together: every built-in kind, ready to be served."""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from typing import Any

from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin import event, printers
from emulator.apiserver.registry.builtin.configmap import ConfigMapStrategy, SecretStrategy, ServiceAccountStrategy
from emulator.apiserver.registry.builtin.defaults import default_of
from emulator.apiserver.registry.builtin.generic import BuiltinStatusStrategy, BuiltinStrategy
from emulator.apiserver.registry.builtin.namespace import (
    NamespaceFinalizeStrategy,
    NamespaceStatusStrategy,
    NamespaceStrategy,
)
from emulator.apiserver.registry.builtin.rbac import BindingStrategy, RoleStrategy
from emulator.apiserver.registry.builtin.rows import RESOURCES
from emulator.apiserver.registry.builtin.service import ServiceStrategy
from emulator.apiserver.registry.definitions import DefinitionStatusStrategy, DefinitionStrategy
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Strategy
from emulator.apiserver.schema.typed import TypedShape

COUNT_GENERATIONS = frozenset(
    {
        "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController", "Pod", "Ingress",
        "NetworkPolicy", "PodDisruptionBudget", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "PriorityClass", "IngressClass", "FlowSchema",
        "PriorityLevelConfiguration", "EndpointSlice",
    }
)  # fmt: skip
# Kinds whose PUT makes what is not there.
CREATE_ON_UPDATE = frozenset({"Lease", "Endpoints", "LimitRange", "RuntimeClass", "IngressClass", "CSIDriver", "CSINode"}) - {
    "IngressClass",
    "CSIDriver",
    "CSINode",
    "RuntimeClass",
}


class DefaultingShape(TypedShape):
    """A built-in kind whose defaults are filled in when it is read from a client."""

    def default(self, obj: Object) -> None:
        """The kind's defaults (k8s.io/kubernetes/pkg/apis/*/v1/defaults.go)."""
        default_of(self.gvk.kind, obj)


def _strategy(resource: Resource) -> Strategy:
    made: dict[str, Strategy] = {
        "ConfigMap": ConfigMapStrategy(),
        "Secret": SecretStrategy(("type",)),
        "ServiceAccount": ServiceAccountStrategy(),
        "Namespace": NamespaceStrategy(("status.phase",)),
        "Event": event.EventStrategy(resource.selectable_fields),
        "Role": RoleStrategy(namespaced=True),
        "ClusterRole": RoleStrategy(namespaced=False),
        "RoleBinding": BindingStrategy(namespaced=True),
        "ClusterRoleBinding": BindingStrategy(namespaced=False),
        "Service": ServiceStrategy(("spec.clusterIP", "spec.type")),
        "CustomResourceDefinition": DefinitionStrategy(),
    }
    own = made.get(resource.kind)
    if own is not None:
        return own
    status = resource.subresource("status") is not None
    generic = BuiltinStrategy(
        resource.selectable_fields, status=status, generations=resource.kind in COUNT_GENERATIONS
    )
    generic.allow_create_on_update = resource.kind in CREATE_ON_UPDATE
    return generic


def _subresources(resource: Resource, main: Strategy) -> dict[str, Strategy]:
    found: dict[str, Strategy] = {"scale": main}
    if isinstance(main, NamespaceStrategy):
        return {"status": NamespaceStatusStrategy(main), "finalize": NamespaceFinalizeStrategy(main)}
    if isinstance(main, DefinitionStrategy):
        return {"status": DefinitionStatusStrategy()}
    for subresource in resource.subresources:
        if subresource.name == "status" and isinstance(main, BuiltinStrategy):
            found["status"] = BuiltinStatusStrategy(main)
        else:
            found[subresource.name] = main
    return found


def _kind(resource: Resource) -> Kind:
    main = _strategy(resource)
    shown = printers.with_columns(resource)
    cells: Any = partial(_cells, shown)
    kind = Kind(shown, DefaultingShape(resource.gvk), main, cells, _subresources(resource, main))
    if resource.kind == "Event":
        kind.converter = event.to_events_group if resource.group else event.to_core
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
