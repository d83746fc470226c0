"""The resources that Kubernetes itself serves, as data, in the order of discovery (groups by priority, resources by name).

Source: api/discovery of kubernetes/kubernetes; selectable fields from the field label conversions of pkg/apis.
"""

from __future__ import annotations

from collections.abc import Iterable

from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.registry.resource import ALL_VERBS, Resource, Subresource

_STATUS = Subresource("status", ("get", "patch", "update"))
_SCALE = Subresource("scale", ("get", "patch", "update"), GroupVersionKind("autoscaling", "v1", "Scale"))
_ALL = ("all",)
_EXTENSIONS = ("api-extensions",)
_CREATE = ("create",)
_STREAM = ("create", "get")
_WRITE = ("get", "patch", "update")


def _core(kind: str) -> GroupVersionKind:
    return GroupVersionKind("", "v1", kind)


_POD_SUBRESOURCES = (
    Subresource("attach", _STREAM, _core("PodAttachOptions")),
    Subresource("binding", _CREATE, _core("Binding")),
    Subresource("ephemeralcontainers", _WRITE),
    Subresource("eviction", _CREATE, GroupVersionKind("policy", "v1", "Eviction")),
    Subresource("exec", _STREAM, _core("PodExecOptions")),
    Subresource("log", ("get",)),
    Subresource("portforward", _STREAM, _core("PodPortForwardOptions")),
    Subresource("resize", _WRITE),
    _STATUS,
)
_POD_FIELDS = (
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
)
_REFERENCE = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_CORE_EVENT_FIELDS = (
    *(f"involvedObject.{name}" for name in _REFERENCE),
    "reason",
    "reportingComponent",
    "source",
    "type",
)
_EVENT_FIELDS = (*(f"regarding.{name}" for name in _REFERENCE), "reason", "reportingController", "type")


class _Group:
    """Rows of one group version."""

    def __init__(self, group: str, version: str = "v1") -> None:
        self.group = group
        self.version = version

    def row(
        self,
        plural: str,
        kind: str,
        *,
        cluster: bool = False,
        short: str = "",
        categories: tuple[str, ...] = (),
        subresources: tuple[Subresource, ...] = (),
        verbs: tuple[str, ...] = ALL_VERBS,
        fields: tuple[str, ...] = (),
    ) -> Resource:
        """One resource."""
        return Resource(
            group=self.group,
            version=self.version,
            plural=plural,
            kind=kind,
            namespaced=not cluster,
            short_names=tuple(short.split()),
            categories=categories,
            verbs=verbs,
            subresources=subresources,
            selectable_fields=fields,
        )


def _core_rows() -> Iterable[Resource]:
    row = _Group("").row
    yield row("bindings", "Binding", verbs=_CREATE)
    yield row("configmaps", "ConfigMap", short="cm")
    yield row("endpoints", "Endpoints", short="ep")
    yield row("events", "Event", short="ev", fields=_CORE_EVENT_FIELDS)
    yield row("limitranges", "LimitRange", short="limits")
    yield row(
        "namespaces",
        "Namespace",
        cluster=True,
        short="ns",
        verbs=tuple(verb for verb in ALL_VERBS if verb != "deletecollection"),
        subresources=(Subresource("finalize", ("update",)), _STATUS),
        fields=("status.phase",),
    )
    yield row(
        "nodes",
        "Node",
        cluster=True,
        short="no",
        subresources=(_STATUS,),
        fields=("spec.unschedulable",),
    )
    yield row("persistentvolumeclaims", "PersistentVolumeClaim", short="pvc", subresources=(_STATUS,))
    yield row("persistentvolumes", "PersistentVolume", cluster=True, short="pv", subresources=(_STATUS,))
    yield row("pods", "Pod", short="po", categories=_ALL, subresources=_POD_SUBRESOURCES, fields=_POD_FIELDS)
    yield row("podtemplates", "PodTemplate")
    yield row(
        "replicationcontrollers",
        "ReplicationController",
        short="rc",
        categories=_ALL,
        subresources=(_SCALE, _STATUS),
        fields=("status.replicas",),
    )
    yield row("resourcequotas", "ResourceQuota", short="quota", subresources=(_STATUS,))
    yield row("secrets", "Secret", fields=("type",))
    token = Subresource("token", _CREATE, GroupVersionKind("authentication.k8s.io", "v1", "TokenRequest"))
    yield row("serviceaccounts", "ServiceAccount", short="sa", subresources=(token,))
    yield row(
        "services",
        "Service",
        short="svc",
        categories=_ALL,
        subresources=(_STATUS,),
        fields=("spec.clusterIP", "spec.type"),
    )


def _workload_rows() -> Iterable[Resource]:
    row = _Group("apps").row
    yield row("controllerrevisions", "ControllerRevision")
    yield row("daemonsets", "DaemonSet", short="ds", categories=_ALL, subresources=(_STATUS,))
    yield row("deployments", "Deployment", short="deploy", categories=_ALL, subresources=(_SCALE, _STATUS))
    yield row(
        "replicasets",
        "ReplicaSet",
        short="rs",
        categories=_ALL,
        subresources=(_SCALE, _STATUS),
        fields=("status.replicas",),
    )
    yield row("statefulsets", "StatefulSet", short="sts", categories=_ALL, subresources=(_SCALE, _STATUS))


def _review_rows() -> Iterable[Resource]:
    row = _Group("authentication.k8s.io").row
    yield row("selfsubjectreviews", "SelfSubjectReview", cluster=True, verbs=_CREATE)
    yield row("tokenreviews", "TokenReview", cluster=True, verbs=_CREATE)
    row = _Group("authorization.k8s.io").row
    yield row("localsubjectaccessreviews", "LocalSubjectAccessReview", verbs=_CREATE)
    yield row("selfsubjectaccessreviews", "SelfSubjectAccessReview", cluster=True, verbs=_CREATE)
    yield row("selfsubjectrulesreviews", "SelfSubjectRulesReview", cluster=True, verbs=_CREATE)
    yield row("subjectaccessreviews", "SubjectAccessReview", cluster=True, verbs=_CREATE)


def _batch_rows() -> Iterable[Resource]:
    for version in ("v2", "v1"):
        row = _Group("autoscaling", version).row
        yield row(
            "horizontalpodautoscalers",
            "HorizontalPodAutoscaler",
            short="hpa",
            categories=_ALL,
            subresources=(_STATUS,),
        )
    row = _Group("batch").row
    yield row("cronjobs", "CronJob", short="cj", categories=_ALL, subresources=(_STATUS,))
    yield row("jobs", "Job", categories=_ALL, subresources=(_STATUS,), fields=("status.successful",))
    row = _Group("certificates.k8s.io").row
    yield row(
        "certificatesigningrequests",
        "CertificateSigningRequest",
        cluster=True,
        short="csr",
        subresources=(Subresource("approval", _WRITE), _STATUS),
        fields=("spec.signerName",),
    )


def _network_rows() -> Iterable[Resource]:
    row = _Group("networking.k8s.io").row
    yield row("ingressclasses", "IngressClass", cluster=True)
    yield row("ingresses", "Ingress", short="ing", subresources=(_STATUS,))
    yield row("ipaddresses", "IPAddress", cluster=True, short="ip")
    yield row("networkpolicies", "NetworkPolicy", short="netpol")
    yield row("servicecidrs", "ServiceCIDR", cluster=True, subresources=(_STATUS,))
    row = _Group("policy").row
    yield row("poddisruptionbudgets", "PodDisruptionBudget", short="pdb", subresources=(_STATUS,))


def _access_rows() -> Iterable[Resource]:
    row = _Group("rbac.authorization.k8s.io").row
    yield row("clusterrolebindings", "ClusterRoleBinding", cluster=True)
    yield row("clusterroles", "ClusterRole", cluster=True)
    yield row("rolebindings", "RoleBinding")
    yield row("roles", "Role")


def _storage_rows() -> Iterable[Resource]:
    row = _Group("storage.k8s.io").row
    yield row("csidrivers", "CSIDriver", cluster=True)
    yield row("csinodes", "CSINode", cluster=True)
    yield row("csistoragecapacities", "CSIStorageCapacity")
    yield row("storageclasses", "StorageClass", cluster=True, short="sc")
    yield row("volumeattachments", "VolumeAttachment", cluster=True, subresources=(_STATUS,))
    yield row("volumeattributesclasses", "VolumeAttributesClass", cluster=True, short="vac")


def _extension_rows() -> Iterable[Resource]:
    row = _Group("admissionregistration.k8s.io").row
    for how in ("mutating", "validating"):
        title = how.capitalize()
        policy, binding = f"{title}AdmissionPolicy", f"{title}AdmissionPolicyBinding"
        status = (_STATUS,) if how == "validating" else ()
        yield row(f"{how}admissionpolicies", policy, cluster=True, categories=_EXTENSIONS, subresources=status)
        yield row(f"{how}admissionpolicybindings", binding, cluster=True, categories=_EXTENSIONS)
        webhooks = f"{title}WebhookConfiguration"
        yield row(f"{how}webhookconfigurations", webhooks, cluster=True, categories=_EXTENSIONS)
    row = _Group("apiextensions.k8s.io").row
    yield row(
        "customresourcedefinitions",
        "CustomResourceDefinition",
        cluster=True,
        short="crd crds",
        categories=_EXTENSIONS,
        subresources=(_STATUS,),
    )


def _cluster_rows() -> Iterable[Resource]:
    yield _Group("scheduling.k8s.io").row("priorityclasses", "PriorityClass", cluster=True, short="pc")
    yield _Group("coordination.k8s.io").row("leases", "Lease")
    yield _Group("node.k8s.io").row("runtimeclasses", "RuntimeClass", cluster=True)
    yield _Group("discovery.k8s.io").row("endpointslices", "EndpointSlice")
    row = _Group("flowcontrol.apiserver.k8s.io").row
    yield row("flowschemas", "FlowSchema", cluster=True, subresources=(_STATUS,))
    yield row("prioritylevelconfigurations", "PriorityLevelConfiguration", cluster=True, subresources=(_STATUS,))
    row = _Group("resource.k8s.io").row
    yield row("deviceclasses", "DeviceClass", cluster=True)
    yield row("resourceclaims", "ResourceClaim", subresources=(_STATUS,))
    yield row("resourceclaimtemplates", "ResourceClaimTemplate")
    yield row("resourceslices", "ResourceSlice", cluster=True, fields=("spec.nodeName", "spec.driver"))


RESOURCES: tuple[Resource, ...] = (
    *_core_rows(),
    _Group("apiregistration.k8s.io").row(
        "apiservices", "APIService", cluster=True, categories=_EXTENSIONS, subresources=(_STATUS,)
    ),
    *_workload_rows(),
    _Group("events.k8s.io").row("events", "Event", short="ev", fields=_EVENT_FIELDS),
    *_review_rows(),
    *_batch_rows(),
    *_network_rows(),
    *_access_rows(),
    *_storage_rows(),
    *_extension_rows(),
    *_cluster_rows(),
)
"""Every built-in resource in every version that is served."""

GROUPS = frozenset(resource.group for resource in RESOURCES)
"""The groups of Kubernetes itself; the core group is the empty string."""
