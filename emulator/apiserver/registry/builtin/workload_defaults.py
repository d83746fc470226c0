"""Defaults of workloads (k8s.io/kubernetes/pkg/apis/{apps,batch,autoscaling}/*/defaults.go)."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.registry.builtin.pod_defaults import fill, pod_spec

_LARGEST = (1 << 31) - 1


def _template(spec: Object) -> None:
    pod_spec(spec["template"]["spec"])


def deployment(obj: Object) -> None:
    """A Deployment."""
    spec = obj["spec"]
    fill(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = spec["strategy"]
    fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        fill(strategy, rollingUpdate={})
        fill(strategy["rollingUpdate"], maxUnavailable="25%", maxSurge="25%")
    _template(spec)


def stateful_set(obj: Object) -> None:
    """A StatefulSet."""
    spec = obj["spec"]
    fill(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady")
    fill(spec, persistentVolumeClaimRetentionPolicy={})
    fill(spec["persistentVolumeClaimRetentionPolicy"], whenDeleted="Retain", whenScaled="Retain")
    strategy = spec["updateStrategy"]
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
        fill(strategy, rollingUpdate={})
    if strategy["type"] == "RollingUpdate" and strategy.get("rollingUpdate") is not None:
        fill(strategy["rollingUpdate"], partition=0)
    for claim in spec.get("volumeClaimTemplates") or ():
        fill(claim, apiVersion="v1", kind="PersistentVolumeClaim")
        volume_claim(claim)
    _template(spec)


def daemon_set(obj: Object) -> None:
    """A DaemonSet."""
    spec = obj["spec"]
    fill(spec, revisionHistoryLimit=10)
    strategy = spec["updateStrategy"]
    fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        fill(strategy, rollingUpdate={})
        fill(strategy["rollingUpdate"], maxUnavailable=1, maxSurge=0)
    _template(spec)


def replica_set(obj: Object) -> None:
    """A ReplicaSet."""
    fill(obj["spec"], replicas=1)
    _template(obj["spec"])


def replication_controller(obj: Object) -> None:
    """A ReplicationController: its selector and labels are its template's unless given."""
    spec = obj["spec"]
    fill(spec, replicas=1)
    if spec.get("template") is None:
        return
    labels = metadata(spec["template"]).get("labels") or {}
    if labels:
        if not spec.get("selector"):
            spec["selector"] = copy(labels)
        if not metadata(obj).get("labels"):
            metadata(obj)["labels"] = copy(labels)
    _template(spec)


def job(obj: Object) -> None:
    """A Job."""
    spec = obj["spec"]
    if spec.get("completions") is None and spec.get("parallelism") is None:
        fill(spec, completions=1)
    limit = _LARGEST if spec.get("backoffLimitPerIndex") is not None else 6
    fill(spec, parallelism=1, backoffLimit=limit, completionMode="NonIndexed", suspend=False)
    policy = spec.get("podFailurePolicy")
    fill(spec, podReplacementPolicy="TerminatingOrFailed" if policy is None else "Failed")
    for rule in (policy or {}).get("rules") or ():
        for pattern in rule.get("onPodConditions") or ():
            fill(pattern, status="True")
    labels = metadata(spec["template"]).get("labels")
    if labels and not metadata(obj).get("labels"):
        metadata(obj)["labels"] = copy(labels)
    _template(spec)


def cron_job(obj: Object) -> None:
    """A CronJob; its Jobs get their defaults when they are made."""
    spec = obj["spec"]
    fill(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)
    _template(spec["jobTemplate"]["spec"])


def volume_claim(obj: Object) -> None:
    """A PersistentVolumeClaim, or a template of one."""
    fill(obj["spec"], volumeMode="Filesystem")
    fill(obj["status"], phase="Pending")


def autoscaler(obj: Object) -> None:
    """A HorizontalPodAutoscaler; only autoscaling/v2 has metrics by default."""
    spec = obj["spec"]
    fill(spec, minReplicas=1)
    if obj.get("apiVersion") == "autoscaling/v1":
        return
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    if spec.get("behavior") is not None:
        _behavior(spec["behavior"])


def _behavior(behavior: Object) -> None:
    fill(behavior, scaleUp={}, scaleDown={})
    percent = {"type": "Percent", "value": 100, "periodSeconds": 15}
    up, down = behavior["scaleUp"], behavior["scaleDown"]
    fill(up, stabilizationWindowSeconds=0, selectPolicy="Max")
    fill(up, policies=[{"type": "Pods", "value": 4, "periodSeconds": 15}, dict(percent)])
    fill(down, selectPolicy="Max", policies=[percent])
