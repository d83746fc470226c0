"""Defaults of built-in kinds (k8s.io/kubernetes/pkg/apis/*/v1/defaults.go), as functions by kind.

They are filled in where an object is read from a client, before anybody owns its fields: what is written elsewhere in the object
(``stringData``, the namespace's name) is brought into its place here, too.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin import pod_defaults, workload_defaults
from emulator.apiserver.registry.builtin.pod_defaults import fill
from emulator.apiserver.schema.definition import default_definition

RBAC_GROUP = "rbac.authorization.k8s.io"
NAME_LABEL = "kubernetes.io/metadata.name"
CLIENT_IP_SECONDS = 10800


def default_of(kind: str, obj: Object) -> None:
    """Fill in a kind's defaults, in place."""
    function = _DEFAULTS.get(kind)
    if function is not None:
        function(obj)


def _namespace(obj: Object) -> None:
    """The label with its name, which selectors go by."""
    name = metadata(obj).get("name")
    if name:
        metadata(obj).setdefault("labels", {})[NAME_LABEL] = name


def _secret(obj: Object) -> None:
    plain = obj.pop("stringData", None)
    for name, text in (plain or {}).items():
        obj.setdefault("data", {})[name] = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    fill(obj, type="Opaque")


def _service(obj: Object) -> None:
    spec = obj["spec"]
    fill(spec, sessionAffinity="None", type="ClusterIP")
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    if spec["sessionAffinity"] == "ClientIP":
        fill(spec, sessionAffinityConfig={})
        fill(spec["sessionAffinityConfig"], clientIP={})
        fill(spec["sessionAffinityConfig"]["clientIP"], timeoutSeconds=CLIENT_IP_SECONDS)
    for port in spec.get("ports") or ():
        fill(port, protocol="TCP")
        if port.get("targetPort") in (None, 0, ""):
            port["targetPort"] = port.get("port", 0)
    if spec["type"] in ("NodePort", "LoadBalancer"):
        fill(spec, externalTrafficPolicy="Cluster")
    if spec["type"] in ("ClusterIP", "NodePort", "LoadBalancer"):
        fill(spec, internalTrafficPolicy="Cluster")
    if spec["type"] == "LoadBalancer":
        fill(spec, allocateLoadBalancerNodePorts=True)


def _endpoints(obj: Object) -> None:
    for subset in obj.get("subsets") or ():
        for port in subset.get("ports") or ():
            fill(port, protocol="TCP")


def _endpoint_slice(obj: Object) -> None:
    for port in obj.get("ports") or ():
        fill(port, name="", protocol="TCP")


def _limit_range(obj: Object) -> None:
    for item in obj["spec"].get("limits") or ():
        if item.get("type") != "Container":
            continue
        limits = item.setdefault("default", {})
        requests = item.setdefault("defaultRequest", {})
        for source, target in ((item.get("max"), limits), (limits, requests), (item.get("min"), requests)):
            for name, value in (source or {}).items():
                target.setdefault(name, value)
        for name in ("default", "defaultRequest"):
            if not item[name]:
                del item[name]


def _node(obj: Object) -> None:
    status = obj["status"]
    if status.get("capacity") and not status.get("allocatable"):
        status["allocatable"] = dict(status["capacity"])


def _volume(obj: Object) -> None:
    fill(obj["spec"], persistentVolumeReclaimPolicy="Retain", volumeMode="Filesystem")
    fill(obj["status"], phase="Pending")


def _binding(obj: Object) -> None:
    if not obj["roleRef"].get("apiGroup"):
        obj["roleRef"]["apiGroup"] = RBAC_GROUP
    for subject in obj.get("subjects") or ():
        if subject.get("kind") in ("User", "Group"):
            fill(subject, apiGroup=RBAC_GROUP)


def _network_policy(obj: Object) -> None:
    spec = obj["spec"]
    for rules in ("ingress", "egress"):
        for rule in spec.get(rules) or ():
            for port in rule.get("ports") or ():
                fill(port, protocol="TCP")
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def _ingress_class(obj: Object) -> None:
    parameters = obj["spec"].get("parameters")
    if parameters is not None:
        fill(parameters, scope="Cluster")


def _storage_class(obj: Object) -> None:
    fill(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _storage_driver(obj: Object) -> None:
    spec = obj["spec"]
    fill(spec, attachRequired=True, podInfoOnMount=False, storageCapacity=False, requiresRepublish=False)
    fill(spec, fsGroupPolicy="ReadWriteOnceWithFSType", seLinuxMount=False)
    if not spec.get("volumeLifecycleModes"):
        spec["volumeLifecycleModes"] = ["Persistent"]


def _priority_class(obj: Object) -> None:
    fill(obj, preemptionPolicy="PreemptLowerPriority")


def _matches(rules: Any) -> None:
    for rule in rules or ():
        fill(rule, scope="*")


def _webhooks(obj: Object) -> None:
    for hook in obj.get("webhooks") or ():
        fill(hook, failurePolicy="Fail", matchPolicy="Equivalent", timeoutSeconds=10)
        fill(hook, namespaceSelector={}, objectSelector={})
        if obj.get("kind") == "MutatingWebhookConfiguration":
            fill(hook, reinvocationPolicy="Never")
        service = hook["clientConfig"].get("service")
        if service is not None:
            fill(service, port=443)
        _matches(hook.get("rules"))


def _match_resources(resources: Object | None) -> None:
    if resources is not None:
        fill(resources, matchPolicy="Equivalent", namespaceSelector={}, objectSelector={})
        _matches(resources.get("resourceRules"))
        _matches(resources.get("excludeResourceRules"))


def _admission_policy(obj: Object) -> None:
    fill(obj["spec"], failurePolicy="Fail")
    _match_resources(obj["spec"].get("matchConstraints"))


def _admission_binding(obj: Object) -> None:
    _match_resources(obj["spec"].get("matchResources"))


def _api_service(obj: Object) -> None:
    service = obj["spec"].get("service")
    if service is not None:
        fill(service, port=443)


def _flow_schema(obj: Object) -> None:
    fill(obj["spec"], matchingPrecedence=1000)
    if not obj["spec"]["matchingPrecedence"]:
        obj["spec"]["matchingPrecedence"] = 1000


def _priority_level(obj: Object) -> None:
    limited = obj["spec"].get("limited")
    if limited is None:
        return
    fill(limited, nominalConcurrencyShares=30, lendablePercent=0)
    queuing = (limited.get("limitResponse") or {}).get("queuing")
    if queuing is not None:
        for name, value in (("queues", 64), ("handSize", 8), ("queueLengthLimit", 50)):
            queuing[name] = queuing.get(name) or value


def _token_request(obj: Object) -> None:
    fill(obj["spec"], expirationSeconds=3600)


_DEFAULTS: dict[str, Callable[[Object], None]] = {
    "CustomResourceDefinition": default_definition,
    "APIService": _api_service,
    "CSIDriver": _storage_driver,
    "ClusterRoleBinding": _binding,
    "CronJob": workload_defaults.cron_job,
    "DaemonSet": workload_defaults.daemon_set,
    "Deployment": workload_defaults.deployment,
    "EndpointSlice": _endpoint_slice,
    "Endpoints": _endpoints,
    "FlowSchema": _flow_schema,
    "HorizontalPodAutoscaler": workload_defaults.autoscaler,
    "IngressClass": _ingress_class,
    "Job": workload_defaults.job,
    "LimitRange": _limit_range,
    "MutatingAdmissionPolicy": _admission_policy,
    "MutatingAdmissionPolicyBinding": _admission_binding,
    "MutatingWebhookConfiguration": _webhooks,
    "Namespace": _namespace,
    "NetworkPolicy": _network_policy,
    "Node": _node,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": workload_defaults.volume_claim,
    "Pod": pod_defaults.pod,
    "PodTemplate": lambda obj: pod_defaults.pod_spec(obj["template"]["spec"]),
    "PriorityClass": _priority_class,
    "PriorityLevelConfiguration": _priority_level,
    "ReplicaSet": workload_defaults.replica_set,
    "ReplicationController": workload_defaults.replication_controller,
    "RoleBinding": _binding,
    "Secret": _secret,
    "Service": _service,
    "StatefulSet": workload_defaults.stateful_set,
    "StorageClass": _storage_class,
    "TokenRequest": _token_request,
    "ValidatingAdmissionPolicy": _admission_policy,
    "ValidatingAdmissionPolicyBinding": _admission_binding,
    "ValidatingWebhookConfiguration": _webhooks,
}
