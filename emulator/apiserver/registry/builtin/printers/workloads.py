"""Tables of workloads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin.printers import words
from emulator.apiserver.registry.builtin.printers.columns import (
    AGE,
    CONTAINERS,
    CORE,
    IMAGES,
    NAME,
    Printer,
    column,
    name_of,
    part,
    selector_column,
)
from emulator.apiserver.registry.builtin.printers.words import NONE, UNSET, age, between, created

_APPS, _BATCH = "io.k8s.api.apps.v1.", "io.k8s.api.batch.v1."
_SCALING = "io.k8s.api.autoscaling.v2."
_ENDED = (
    ("Complete", "Complete"),
    ("Failed", "Failed"),
    ("", "Terminating"),
    ("Suspended", "Suspended"),
    ("FailureTarget", "FailureTarget"),
    ("SuccessCriteriaMet", "SuccessCriteriaMet"),
)


def _deployment(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"
    counts = [status.get("updatedReplicas", 0), status.get("availableReplicas", 0)]
    tail = [*words.containers(part(spec, "template")), words.selector(spec.get("selector"))]
    return [name_of(obj), ready, *counts, created(obj, now), *tail]


def _replicas(selector: Callable[[Any], str]) -> Callable[[Object, datetime], list[Any]]:
    def cells(obj: Object, now: datetime) -> list[Any]:
        spec, status = part(obj, "spec"), part(obj, "status")
        counts = [spec.get("replicas", 0), status.get("replicas", 0), status.get("readyReplicas", 0)]
        tail = [*words.containers(part(spec, "template")), selector(spec.get("selector"))]
        return [name_of(obj), *counts, created(obj, now), *tail]

    return cells


def _stateful_set(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"
    return [name_of(obj), ready, created(obj, now), *words.containers(part(spec, "template"))]


def _daemon_set(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    names = (
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    )
    template = part(spec, "template")
    nodes = words.labels(part(template, "spec").get("nodeSelector"))
    tail = [*words.containers(template), words.selector(spec.get("selector"))]
    return [name_of(obj), *(status.get(name, 0) for name in names), nodes, created(obj, now), *tail]


def _job(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    done = status.get("succeeded", 0)
    if spec.get("completions") is not None:
        completions = f"{done}/{spec['completions']}"
    else:
        parallel = spec.get("parallelism") or 0
        completions = f"{done}/1 of {parallel}" if parallel > 1 else f"{done}/1"
    start, end = status.get("startTime"), status.get("completionTime")
    duration = "" if not start else between(start, end) if end else age(start, now)
    tail = [*words.containers(part(spec, "template")), words.selector(spec.get("selector"))]
    return [name_of(obj), _job_status(obj, status), completions, duration, created(obj, now), *tail]


def _job_status(obj: Object, status: Object) -> str:
    true = {item.get("type") for item in status.get("conditions") or () if item.get("status") == "True"}
    if metadata(obj).get("deletionTimestamp"):
        true.add("")
    return next((word for sort, word in _ENDED if sort in true), "Running")


def _cron_job(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    last = status.get("lastScheduleTime")
    job = part(part(spec, "jobTemplate"), "spec")
    return [
        name_of(obj),
        spec.get("schedule", ""),
        spec.get("timeZone") or NONE,
        str(bool(spec.get("suspend"))),
        len(status.get("active") or ()),
        age(last, now) if last else NONE,
        created(obj, now),
        *words.containers(part(job, "template")),
        words.selector(job.get("selector")),
    ]


def _revision(obj: Object, now: datetime) -> list[Any]:
    owners = [item for item in metadata(obj).get("ownerReferences") or () if item.get("controller")]
    owner = NONE
    if owners:
        group = owners[0].get("apiVersion", "").rpartition("/")[0]
        kind = owners[0].get("kind", "").lower()
        owner = f"{kind}.{group}/{owners[0].get('name')}" if group else f"{kind}/{owners[0].get('name')}"
    return [name_of(obj), owner, obj.get("revision", 0), created(obj, now)]


def _disruption_budget(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    bounds = ["N/A" if bound is None else str(bound) for bound in (least, most)]
    return [name_of(obj), *bounds, status.get("disruptionsAllowed", 0), created(obj, now)]


def _autoscaler(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    target = part(spec, "scaleTargetRef")
    least = spec.get("minReplicas")
    return [
        name_of(obj),
        f"{target.get('kind', '')}/{target.get('name', '')}",
        _targets(spec, status),
        UNSET if least is None else str(least),
        spec.get("maxReplicas", 0),
        status.get("currentReplicas", 0),
        created(obj, now),
    ]


def _targets(spec: Object, status: Object) -> str:
    """Current and wanted values; two of them at most."""
    percent = spec.get("targetCPUUtilizationPercentage")
    if percent is not None:
        current = status.get("currentCPUUtilizationPercentage")
        return f"cpu: {'<unknown>' if current is None else f'{current}%'}/{percent}%"
    metrics = spec.get("metrics") or []
    if not metrics:
        return NONE
    current = status.get("currentMetrics") or []
    shown = [_target(metric, current[at] if at < len(current) else {}) for at, metric in enumerate(metrics[:2])]
    more = f" + {len(metrics) - 2} more..." if len(metrics) > 2 else ""
    return ", ".join(shown) + more


def _target(metric: Object, current: Object) -> str:
    source = {"Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object"}
    name = source.get(metric.get("type", ""), "external")
    wanted, found = part(part(metric, name), "target"), part(part(current, name), "current")
    label = f"{part(metric, name).get('name')}: " if "name" in part(metric, name) else ""
    if wanted.get("averageUtilization") is not None:
        value = found.get("averageUtilization")
        return f"{label}{'<unknown>' if value is None else f'{value}%'}/{wanted['averageUtilization']}%"
    if wanted.get("averageValue") is not None:
        average = " (avg)" if name in ("object", "external") else ""
        return f"{label}{found.get('averageValue', '<unknown>')}/{wanted['averageValue']}{average}"
    return f"{label}{found.get('value', '<unknown>')}/{wanted.get('value', '<unknown>')}"


def _counted(kind: str, package: str) -> tuple[Any, ...]:
    spec, status = f"{package}{kind}Spec#", f"{package}{kind}Status#"
    return (
        NAME,
        column("Desired", sort="integer", of=spec + "replicas"),
        column("Current", sort="integer", of=status + "replicas"),
        column("Ready", sort="integer", of=status + "readyReplicas"),
        AGE,
        CONTAINERS,
        IMAGES,
        selector_column(spec + "selector"),
    )


PRINTERS = {
    "Deployment": Printer(
        (
            NAME,
            column("Ready", "How many pods are ready, and how many there should be."),
            column("Up-to-date", of=_APPS + "DeploymentStatus#updatedReplicas"),
            column("Available", of=_APPS + "DeploymentStatus#availableReplicas"),
            AGE,
            CONTAINERS,
            IMAGES,
            selector_column(_APPS + "DeploymentSpec#selector"),
        ),
        _deployment,
    ),
    "ReplicaSet": Printer(_counted("ReplicaSet", _APPS), _replicas(words.selector)),
    "ReplicationController": Printer(_counted("ReplicationController", CORE), _replicas(words.labels)),
    "StatefulSet": Printer(
        (NAME, column("Ready", "How many pods are ready, and how many there should be."), AGE, CONTAINERS, IMAGES),
        _stateful_set,
    ),
    "DaemonSet": Printer(
        (
            NAME,
            column("Desired", sort="integer", of=_APPS + "DaemonSetStatus#desiredNumberScheduled"),
            column("Current", sort="integer", of=_APPS + "DaemonSetStatus#currentNumberScheduled"),
            column("Ready", sort="integer", of=_APPS + "DaemonSetStatus#numberReady"),
            column("Up-to-date", sort="integer", of=_APPS + "DaemonSetStatus#updatedNumberScheduled"),
            column("Available", sort="integer", of=_APPS + "DaemonSetStatus#numberAvailable"),
            column("Node Selector", of=CORE + "PodSpec#nodeSelector"),
            AGE,
            CONTAINERS,
            IMAGES,
            selector_column(_APPS + "DaemonSetSpec#selector"),
        ),
        _daemon_set,
    ),
    "Job": Printer(
        (
            NAME,
            column("Status", "Whether the job runs, waits or has ended."),
            column("Completions", of=_BATCH + "JobStatus#succeeded"),
            column("Duration", "How long it took, or has taken until now."),
            AGE,
            CONTAINERS,
            IMAGES,
            selector_column(_BATCH + "JobSpec#selector"),
        ),
        _job,
    ),
    "CronJob": Printer(
        (
            NAME,
            column("Schedule", of=_BATCH + "CronJobSpec#schedule"),
            column("Timezone", of=_BATCH + "CronJobSpec#timeZone"),
            column("Suspend", sort="boolean", of=_BATCH + "CronJobSpec#suspend"),
            column("Active", sort="integer", of=_BATCH + "CronJobStatus#active"),
            column("Last Schedule", of=_BATCH + "CronJobStatus#lastScheduleTime"),
            AGE,
            CONTAINERS,
            IMAGES,
            selector_column(_BATCH + "JobSpec#selector"),
        ),
        _cron_job,
    ),
    "ControllerRevision": Printer(
        (
            NAME,
            column("Controller", "Who made it."),
            column("Revision", of=_APPS + "ControllerRevision#revision"),
            AGE,
        ),
        _revision,
    ),
    "PodDisruptionBudget": Printer(
        (
            NAME,
            column("Min Available", "How many pods must stay."),
            column("Max Unavailable", "How many pods may be gone."),
            column("Allowed Disruptions", "How many pods may go now.", sort="integer"),
            AGE,
        ),
        _disruption_budget,
    ),
    "HorizontalPodAutoscaler": Printer(
        (
            NAME,
            column("Reference", of=_SCALING + "HorizontalPodAutoscalerSpec#scaleTargetRef"),
            column("Targets", of=_SCALING + "HorizontalPodAutoscalerSpec#metrics"),
            column("MinPods", of=_SCALING + "HorizontalPodAutoscalerSpec#minReplicas"),
            column("MaxPods", of=_SCALING + "HorizontalPodAutoscalerSpec#maxReplicas"),
            column("Replicas", of=_SCALING + "HorizontalPodAutoscalerStatus#currentReplicas"),
            AGE,
        ),
        _autoscaler,
    ),
}
