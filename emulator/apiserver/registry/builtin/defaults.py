"""Defaults of built-in kinds (k8s.io/kubernetes/pkg/apis/*/v1/defaults.go), as functions by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.definition import default_definition

Default = Callable[[Object], None]


def default_of(kind: str, obj: Object) -> None:
    """Fill in a kind's defaults, in place."""
    function = _DEFAULTS.get(kind)
    if function is not None:
        function(obj)


def _set(obj: Object, **values: Any) -> None:
    for name, value in values.items():
        if obj.get(name) is None:
            obj[name] = value


def pod_spec(spec: Object) -> None:
    """What every pod has."""
    _set(
        spec,
        restartPolicy="Always",
        dnsPolicy="ClusterFirst",
        terminationGracePeriodSeconds=30,
        securityContext={},
        schedulerName="default-scheduler",
    )
    if spec.get("serviceAccountName") and not spec.get("serviceAccount"):
        spec["serviceAccount"] = spec["serviceAccountName"]
    for name in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(name) or ():
            _container(container)
    for volume in spec.get("volumes") or ():
        _volume(volume)


def _container(container: Object) -> None:
    _set(container, terminationMessagePath="/dev/termination-log", terminationMessagePolicy="File", resources={})
    if not container.get("imagePullPolicy"):
        image = container.get("image") or ""
        tag = image.rpartition("/")[2].partition(":")[2]
        latest = "@" not in image and tag in ("", "latest")
        container["imagePullPolicy"] = "Always" if latest else "IfNotPresent"
    for port in container.get("ports") or ():
        _set(port, protocol="TCP")
    resources = container["resources"]
    for name, value in (resources.get("limits") or {}).items():
        resources.setdefault("requests", {}).setdefault(name, value)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(probe):
            _probe(container[probe])
    for variable in container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("fieldRef")
        if reference is not None:
            _set(reference, apiVersion="v1")


def _probe(probe: Object) -> None:
    _set(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
    if probe.get("httpGet"):
        _set(probe["httpGet"], path="/", scheme="HTTP")


def _volume(volume: Object) -> None:
    for name in ("configMap", "secret", "downwardAPI", "projected"):
        if volume.get(name) is not None:
            _set(volume[name], defaultMode=420)
    if volume.get("hostPath") is not None:
        _set(volume["hostPath"], type="")
    if not set(volume) - {"name"}:
        volume["emptyDir"] = {}


def _template(obj: Object) -> None:
    template = obj.setdefault("spec", {}).setdefault("template", {})
    template.setdefault("metadata", {})
    pod_spec(template.setdefault("spec", {}))


def _pod(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    pod_spec(spec)
    _set(spec, enableServiceLinks=True)


def _rolling(strategy: Object) -> None:
    if strategy.get("type", "RollingUpdate") == "RollingUpdate":
        _set(strategy.setdefault("rollingUpdate", {}), maxUnavailable="25%", maxSurge="25%")


def _deployment(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = spec.setdefault("strategy", {})
    _set(strategy, type="RollingUpdate")
    _rolling(strategy)
    _template(obj)


def _stateful_set(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady")
    _set(spec, persistentVolumeClaimRetentionPolicy={"whenDeleted": "Retain", "whenScaled": "Retain"})
    strategy = spec.setdefault("updateStrategy", {})
    _set(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _set(strategy.setdefault("rollingUpdate", {}), partition=0)
    for claim in spec.get("volumeClaimTemplates") or ():
        claim.setdefault("apiVersion", "v1")
        claim.setdefault("kind", "PersistentVolumeClaim")
        _claim(claim)
    _template(obj)


def _daemon_set(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, revisionHistoryLimit=10)
    strategy = spec.setdefault("updateStrategy", {})
    _set(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _set(strategy.setdefault("rollingUpdate", {}), maxUnavailable=1, maxSurge=0)
    _template(obj)


def _replica_set(obj: Object) -> None:
    _set(obj.setdefault("spec", {}), replicas=1)
    _template(obj)


def _job(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    if spec.get("completions") is None and spec.get("parallelism") is None:
        _set(spec, completions=1, parallelism=1)
    _set(spec, parallelism=1, backoffLimit=6, completionMode="NonIndexed", suspend=False, podReplacementPolicy="TerminatingOrFailed")
    _template(obj)


def _cron_job(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)
    job = spec.setdefault("jobTemplate", {})
    job.setdefault("metadata", {})
    _template(job)


def _claim(obj: Object) -> None:
    _set(obj.setdefault("spec", {}), volumeMode="Filesystem")
    _set(obj.setdefault("status", {}), phase="Pending")


def _volume_claimed(obj: Object) -> None:
    _set(obj.setdefault("spec", {}), persistentVolumeReclaimPolicy="Retain", volumeMode="Filesystem")
    _set(obj.setdefault("status", {}), phase="Pending")


def _service(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, sessionAffinity="None", type="ClusterIP")
    for port in spec.get("ports") or ():
        _set(port, protocol="TCP")
        if port.get("targetPort") in (None, 0, ""):
            port["targetPort"] = port.get("port", 0)
    if spec["sessionAffinity"] == "ClientIP":
        _set(spec.setdefault("sessionAffinityConfig", {}).setdefault("clientIP", {}), timeoutSeconds=10800)
    if spec["type"] in ("NodePort", "LoadBalancer"):
        _set(spec, externalTrafficPolicy="Cluster")
    if spec["type"] == "LoadBalancer":
        _set(spec, allocateLoadBalancerNodePorts=True)
    if spec["type"] != "ExternalName":
        _set(spec, internalTrafficPolicy="Cluster")


def _network_policy(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("podSelector", {})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    for rules in ("ingress", "egress"):
        for rule in spec.get(rules) or ():
            for port in rule.get("ports") or ():
                _set(port, protocol="TCP")


def _storage_class(obj: Object) -> None:
    _set(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _endpoint_slice(obj: Object) -> None:
    for port in obj.get("ports") or ():
        _set(port, name="", protocol="TCP")


def _priority_class(obj: Object) -> None:
    _set(obj, preemptionPolicy="PreemptLowerPriority")


def _webhooks(obj: Object) -> None:
    for hook in obj.get("webhooks") or ():
        _set(hook, failurePolicy="Fail", matchPolicy="Equivalent", namespaceSelector={}, objectSelector={}, timeoutSeconds=10)
        if obj.get("kind") == "MutatingWebhookConfiguration":
            _set(hook, reinvocationPolicy="Never")
        service = (hook.get("clientConfig") or {}).get("service")
        if service is not None:
            _set(service, port=443)
        for rule in hook.get("rules") or ():
            _set(rule, scope="*")


def _admission_policy(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    _set(spec, failurePolicy="Fail")
    constraints = spec.get("matchConstraints")
    if constraints is not None:
        _set(constraints, matchPolicy="Equivalent", namespaceSelector={}, objectSelector={})
        for rule in constraints.get("resourceRules") or ():
            _set(rule, scope="*")


def _autoscaler(obj: Object) -> None:
    _set(obj.setdefault("spec", {}), minReplicas=1)


_DEFAULTS: dict[str, Default] = {
    "CustomResourceDefinition": default_definition,
    "Pod": _pod,
    "PodTemplate": lambda obj: pod_spec(obj.setdefault("template", {}).setdefault("spec", {})),
    "Deployment": _deployment,
    "ReplicaSet": _replica_set,
    "ReplicationController": _replica_set,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "CronJob": _cron_job,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume_claimed,
    "Service": _service,
    "NetworkPolicy": _network_policy,
    "StorageClass": _storage_class,
    "EndpointSlice": _endpoint_slice,
    "PriorityClass": _priority_class,
    "ValidatingWebhookConfiguration": _webhooks,
    "MutatingWebhookConfiguration": _webhooks,
    "ValidatingAdmissionPolicy": _admission_policy,
    "HorizontalPodAutoscaler": _autoscaler,
}
