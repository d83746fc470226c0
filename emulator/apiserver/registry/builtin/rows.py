"""Every built-in resource as a row: names, scope, verbs, subresources, selectable fields."""

from __future__ import annotations

from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.registry.resource import ALL_VERBS, Resource, Subresource

CREATE_ONLY = ("create",)
_GPU = ("get", "patch", "update")
_STATUS = Subresource("status", _GPU)
_SCALE = Subresource("scale", _GPU, GroupVersionKind("autoscaling", "v1", "Scale"))
_EVENT_FIELDS = (
    "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
    "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
    "reportingComponent", "source", "type",
)  # fmt: skip


def _row(
    group: str,
    version: str,
    plural: str,
    kind: str,
    *,
    cluster: bool = False,
    short: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    verbs: tuple[str, ...] = ALL_VERBS,
    subresources: tuple[Subresource, ...] = (),
    fields: tuple[str, ...] = (),
    singular: str = "",
) -> Resource:
    return Resource(
        group,
        version,
        plural,
        kind,
        not cluster,
        singular,
        short_names=short,
        categories=categories,
        verbs=verbs,
        subresources=subresources,
        selectable_fields=fields,
    )


def _core() -> tuple[Resource, ...]:
    def kind(name: str, group: str = "", version: str = "v1") -> GroupVersionKind:
        return GroupVersionKind(group, version, name)

    pod_subresources = (
        Subresource("attach", ("create", "get"), kind("PodAttachOptions")),
        Subresource("binding", CREATE_ONLY, kind("Binding")),
        Subresource("ephemeralcontainers", _GPU),
        Subresource("eviction", CREATE_ONLY, kind("Eviction", "policy")),
        Subresource("exec", ("create", "get"), kind("PodExecOptions")),
        Subresource("log", ("get",)),
        Subresource("portforward", ("create", "get"), kind("PodPortForwardOptions")),
        Subresource("resize", _GPU),
        _STATUS,
    )
    no_collection = tuple(verb for verb in ALL_VERBS if verb != "deletecollection")
    token = Subresource("token", CREATE_ONLY, kind("TokenRequest", "authentication.k8s.io"))
    return (
        _row("", "v1", "bindings", "Binding", verbs=CREATE_ONLY),
        _row("", "v1", "configmaps", "ConfigMap", short=("cm",)),
        _row("", "v1", "endpoints", "Endpoints", short=("ep",)),
        _row("", "v1", "events", "Event", short=("ev",), fields=_EVENT_FIELDS),
        _row("", "v1", "limitranges", "LimitRange", short=("limits",)),
        _row("", "v1", "namespaces", "Namespace", cluster=True, short=("ns",), verbs=no_collection, fields=("status.phase",),
             subresources=(Subresource("finalize", ("update",)), _STATUS)),
        _row("", "v1", "nodes", "Node", cluster=True, short=("no",), fields=("spec.unschedulable",), subresources=(_STATUS,)),
        _row("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", short=("pvc",), subresources=(_STATUS,)),
        _row("", "v1", "persistentvolumes", "PersistentVolume", cluster=True, short=("pv",), subresources=(_STATUS,)),
        _row("", "v1", "pods", "Pod", short=("po",), categories=("all",), subresources=pod_subresources,
             fields=("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                     "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName")),
        _row("", "v1", "podtemplates", "PodTemplate"),
        _row("", "v1", "replicationcontrollers", "ReplicationController", short=("rc",), categories=("all",),
             subresources=(_SCALE, _STATUS), fields=("status.replicas",)),
        _row("", "v1", "resourcequotas", "ResourceQuota", short=("quota",), subresources=(_STATUS,)),
        _row("", "v1", "secrets", "Secret", fields=("type",)),
        _row("", "v1", "serviceaccounts", "ServiceAccount", short=("sa",), subresources=(token,)),
        _row("", "v1", "services", "Service", short=("svc",), categories=("all",), subresources=(_STATUS,),
             fields=("spec.clusterIP", "spec.type")),
    )  # fmt: skip


def _workloads() -> tuple[Resource, ...]:
    every = ("all",)
    return (
        _row("apps", "v1", "controllerrevisions", "ControllerRevision"),
        _row("apps", "v1", "daemonsets", "DaemonSet", short=("ds",), categories=every, subresources=(_STATUS,)),
        _row("apps", "v1", "deployments", "Deployment", short=("deploy",), categories=every, subresources=(_SCALE, _STATUS)),
        _row("apps", "v1", "replicasets", "ReplicaSet", short=("rs",), categories=every, subresources=(_SCALE, _STATUS),
             fields=("status.replicas",)),
        _row("apps", "v1", "statefulsets", "StatefulSet", short=("sts",), categories=every, subresources=(_SCALE, _STATUS)),
        _row("batch", "v1", "cronjobs", "CronJob", short=("cj",), categories=every, subresources=(_STATUS,)),
        _row("batch", "v1", "jobs", "Job", categories=every, subresources=(_STATUS,), fields=("status.successful",)),
        _row("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short=("hpa",), categories=every,
             subresources=(_STATUS,)),
        _row("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", short=("pdb",), subresources=(_STATUS,)),
    )  # fmt: skip


def _identity() -> tuple[Resource, ...]:
    rbac, authn, authz = "rbac.authorization.k8s.io", "authentication.k8s.io", "authorization.k8s.io"
    return (
        _row(authn, "v1", "selfsubjectreviews", "SelfSubjectReview", cluster=True, verbs=CREATE_ONLY),
        _row(authn, "v1", "tokenreviews", "TokenReview", cluster=True, verbs=CREATE_ONLY),
        _row(authz, "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", verbs=CREATE_ONLY),
        _row(authz, "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", cluster=True, verbs=CREATE_ONLY),
        _row(authz, "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", cluster=True, verbs=CREATE_ONLY),
        _row(authz, "v1", "subjectaccessreviews", "SubjectAccessReview", cluster=True, verbs=CREATE_ONLY),
        _row(rbac, "v1", "clusterrolebindings", "ClusterRoleBinding", cluster=True),
        _row(rbac, "v1", "clusterroles", "ClusterRole", cluster=True),
        _row(rbac, "v1", "rolebindings", "RoleBinding"),
        _row(rbac, "v1", "roles", "Role"),
        _row("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", cluster=True,
             short=("csr",), subresources=(Subresource("approval", _GPU), _STATUS), fields=("spec.signerName",)),
    )  # fmt: skip


def _rest() -> tuple[Resource, ...]:
    extensions = ("api-extensions",)
    admission = "admissionregistration.k8s.io"
    return (
        _row(admission, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", cluster=True,
             categories=extensions),
        _row(admission, "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", cluster=True,
             categories=extensions, subresources=(_STATUS,)),
        _row(admission, "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", cluster=True,
             categories=extensions),
        _row(admission, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", cluster=True,
             categories=extensions),
        _row("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", cluster=True,
             short=("crd", "crds"), categories=extensions, subresources=(_STATUS,)),
        _row("apiregistration.k8s.io", "v1", "apiservices", "APIService", cluster=True, categories=extensions,
             subresources=(_STATUS,)),
        _row("coordination.k8s.io", "v1", "leases", "Lease"),
        _row("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
        _row("events.k8s.io", "v1", "events", "Event", short=("ev",), fields=tuple(
            field.replace("involvedObject", "regarding") for field in _EVENT_FIELDS)),
        _row("flowcontrol.apiserver.k8s.io", "v1", "flowschemas", "FlowSchema", cluster=True, subresources=(_STATUS,)),
        _row("flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration", cluster=True,
             subresources=(_STATUS,)),
        _row("networking.k8s.io", "v1", "ingressclasses", "IngressClass", cluster=True),
        _row("networking.k8s.io", "v1", "ingresses", "Ingress", short=("ing",), subresources=(_STATUS,)),
        _row("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", short=("netpol",)),
        _row("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", cluster=True),
        _row("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", cluster=True, short=("pc",)),
        _row("storage.k8s.io", "v1", "csidrivers", "CSIDriver", cluster=True),
        _row("storage.k8s.io", "v1", "csinodes", "CSINode", cluster=True),
        _row("storage.k8s.io", "v1", "csistoragecapacities", "CSIStorageCapacity"),
        _row("storage.k8s.io", "v1", "storageclasses", "StorageClass", cluster=True, short=("sc",)),
        _row("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", cluster=True, subresources=(_STATUS,)),
    )  # fmt: skip


RESOURCES: tuple[Resource, ...] = (*_core(), *_workloads(), *_identity(), *_rest())
GROUPS: frozenset[str] = frozenset(resource.group for resource in RESOURCES)
