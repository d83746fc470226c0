"""Which strategy a built-in resource has, and which its subresources have."""

from __future__ import annotations

from collections.abc import Callable

from emulator.apiserver.registry.builtin.admission_policies import (
    MutatingPolicyBindingStrategy,
    MutatingPolicyStrategy,
    PolicyBindingStrategy,
    PolicyStrategy,
)
from emulator.apiserver.registry.builtin.api_service import ApiServiceStrategy
from emulator.apiserver.registry.builtin.autoscaling import AutoscalerStrategy
from emulator.apiserver.registry.builtin.certificates import ApprovalStrategy, SigningRequestStrategy
from emulator.apiserver.registry.builtin.configmap import ConfigMapStrategy, ServiceAccountStrategy
from emulator.apiserver.registry.builtin.endpoints import EndpointSliceStrategy, EndpointsStrategy
from emulator.apiserver.registry.builtin.event import EventStrategy
from emulator.apiserver.registry.builtin.generic import BuiltinStatusStrategy, BuiltinStrategy, PlainStrategy
from emulator.apiserver.registry.builtin.jobs import CronJobStrategy, JobStrategy
from emulator.apiserver.registry.builtin.lease import LeaseStrategy
from emulator.apiserver.registry.builtin.namespace import (
    NamespaceFinalizeStrategy,
    NamespaceStatusStrategy,
    NamespaceStrategy,
)
from emulator.apiserver.registry.builtin.networking import IngressStrategy, NetworkPolicyStrategy
from emulator.apiserver.registry.builtin.pod import (
    PodBindingStrategy,
    PodPartStrategy,
    PodStatusStrategy,
    PodStrategy,
)
from emulator.apiserver.registry.builtin.quota import LimitRangeStrategy, ResourceQuotaStrategy
from emulator.apiserver.registry.builtin.rbac import BindingStrategy, RoleStrategy
from emulator.apiserver.registry.builtin.scheduling import DisruptionBudgetStrategy, PriorityClassStrategy
from emulator.apiserver.registry.builtin.secret import SecretStrategy
from emulator.apiserver.registry.builtin.service import ServiceStrategy
from emulator.apiserver.registry.builtin.volumes import StorageClassStrategy, VolumeClaimStrategy, VolumeStrategy
from emulator.apiserver.registry.builtin.webhooks import WebhookStrategy
from emulator.apiserver.registry.builtin.workloads import (
    ControllerRevisionStrategy,
    DaemonSetStrategy,
    DeploymentStrategy,
    PodTemplateStrategy,
    ReplicaSetStrategy,
    ReplicationControllerStrategy,
    StatefulSetStrategy,
)
from emulator.apiserver.registry.definitions import DefinitionStatusStrategy, DefinitionStrategy
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Strategy

_OWN: dict[str, Callable[[tuple[str, ...]], BuiltinStrategy]] = {
    "APIService": ApiServiceStrategy,
    "CertificateSigningRequest": SigningRequestStrategy,
    "ConfigMap": ConfigMapStrategy,
    "ControllerRevision": ControllerRevisionStrategy,
    "CronJob": CronJobStrategy,
    "DaemonSet": DaemonSetStrategy,
    "Deployment": DeploymentStrategy,
    "EndpointSlice": EndpointSliceStrategy,
    "Endpoints": EndpointsStrategy,
    "Event": EventStrategy,
    "HorizontalPodAutoscaler": AutoscalerStrategy,
    "Ingress": IngressStrategy,
    "Job": JobStrategy,
    "Lease": LeaseStrategy,
    "LimitRange": LimitRangeStrategy,
    "MutatingAdmissionPolicy": MutatingPolicyStrategy,
    "MutatingAdmissionPolicyBinding": MutatingPolicyBindingStrategy,
    "MutatingWebhookConfiguration": WebhookStrategy,
    "Namespace": NamespaceStrategy,
    "NetworkPolicy": NetworkPolicyStrategy,
    "PersistentVolume": VolumeStrategy,
    "PersistentVolumeClaim": VolumeClaimStrategy,
    "Pod": PodStrategy,
    "PodDisruptionBudget": DisruptionBudgetStrategy,
    "PodTemplate": PodTemplateStrategy,
    "PriorityClass": PriorityClassStrategy,
    "ReplicaSet": ReplicaSetStrategy,
    "ReplicationController": ReplicationControllerStrategy,
    "ResourceQuota": ResourceQuotaStrategy,
    "Secret": SecretStrategy,
    "Service": ServiceStrategy,
    "ServiceAccount": ServiceAccountStrategy,
    "StatefulSet": StatefulSetStrategy,
    "StorageClass": StorageClassStrategy,
    "ValidatingAdmissionPolicy": PolicyStrategy,
    "ValidatingAdmissionPolicyBinding": PolicyBindingStrategy,
    "ValidatingWebhookConfiguration": WebhookStrategy,
}
# Kinds without rules of their own: who counts generations, and whose PUT needs a resourceVersion.
_GENERATIONS = frozenset(
    {
        "DeviceClass", "FlowSchema", "IngressClass", "PriorityLevelConfiguration", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice",
    }
)  # fmt: skip
_CONDITIONAL = frozenset(
    {
        "CSIDriver", "CSINode", "CSIStorageCapacity", "FlowSchema", "PriorityLevelConfiguration",
        "RuntimeClass", "VolumeAttachment",
    }
)  # fmt: skip


def strategy_for(resource: Resource) -> Strategy:
    """The rules of writing a resource's objects."""
    if resource.kind == "CustomResourceDefinition":
        return DefinitionStrategy()
    if resource.kind in ("Role", "ClusterRole"):
        return RoleStrategy(namespaced=resource.namespaced)
    if resource.kind in ("RoleBinding", "ClusterRoleBinding"):
        return BindingStrategy(namespaced=resource.namespaced)
    own = _OWN.get(resource.kind)
    if own is not None:
        return own(resource.selectable_fields)
    return PlainStrategy(
        resource.selectable_fields,
        status=resource.subresource("status") is not None,
        generations=resource.kind in _GENERATIONS,
        unconditional=resource.kind not in _CONDITIONAL,
    )


def subresources_for(resource: Resource, main: Strategy) -> dict[str, Strategy]:
    """The rules of writing them through each subresource; ``scale`` follows the kind's own."""
    found: dict[str, Strategy] = {"scale": main}
    if isinstance(main, DefinitionStrategy):
        found["status"] = DefinitionStatusStrategy()
    elif isinstance(main, BuiltinStrategy):
        for subresource in resource.subresources:
            found[subresource.name] = _part(main, subresource.name)
    return found


def _part(main: BuiltinStrategy, name: str) -> Strategy:
    if isinstance(main, NamespaceStrategy):
        return NamespaceStatusStrategy(main) if name == "status" else NamespaceFinalizeStrategy(main)
    if isinstance(main, PodStrategy):
        if name == "status":
            return PodStatusStrategy(main)
        if name == "binding":
            return PodBindingStrategy(main)
        return PodPartStrategy(main, name) if name in ("ephemeralcontainers", "resize") else main
    if name == "approval":
        return ApprovalStrategy(main)
    return BuiltinStatusStrategy(main) if name == "status" else main
