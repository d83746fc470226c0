"""What ``kubectl get`` prints of built-in kinds."""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.printers import printer_of
from emulator.apiserver.registry.builtin.printers.words import selector, some
from emulator.apiserver.schema.columns import describe

NOW = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
HOUR_AGO = "2026-01-01T00:00:00Z"
RUNNING: Object = {"name": "c", "ready": True, "restartCount": 0, "state": {"running": {}}}


def row(kind: str, **obj: Any) -> dict[str, Any]:
    meta = {"name": "x", "creationTimestamp": HOUR_AGO, **obj.pop("metadata", {})}
    printer = printer_of(kind)
    cells = printer.cells({"kind": kind, "metadata": meta, **obj}, NOW)
    return dict(zip((column.name for column in printer.columns), cells, strict=True))


def pod(*states: Object, init: Any = (), deleted: bool = False, **status: Any) -> dict[str, Any]:
    spec = {
        "containers": [{"name": "c"}] * max(len(states), 1),
        "initContainers": [{"name": f"i{n}"} for n, _ in enumerate(init)],
    }
    meta = {"deletionTimestamp": HOUR_AGO} if deleted else {}
    given = {"phase": "Running", "containerStatuses": list(states), "initContainerStatuses": list(init), **status}
    return row("Pod", metadata=meta, spec=spec, status=given)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (pod(RUNNING), ("1/1", "Running", "0")),
        (pod(phase="Pending"), ("0/1", "Pending", "0")),
        (pod({**RUNNING, "ready": False, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 4}), ("0/1", "CrashLoopBackOff", "4")),
        (pod({"restartCount": 1, "lastState": {"terminated": {"finishedAt": HOUR_AGO}}, "ready": True, "state": {"running": {}}}), ("1/1", "Running", "1 (60m ago)")),
        (pod({"state": {"terminated": {"reason": "Completed"}}}, phase="Succeeded"), ("0/1", "Completed", "0")),
        (pod({"state": {"terminated": {"exitCode": 3}}}), ("0/1", "ExitCode:3", "0")),
        (pod(RUNNING, deleted=True), ("1/1", "Terminating", "0")),
        (pod(RUNNING, deleted=True, reason="NodeLost"), ("1/1", "Unknown", "0")),
        (pod(init=[{"state": {"running": {}}}, {"state": {"waiting": {}}}]), ("0/1", "Init:0/2", "0")),
        (pod(init=[{"state": {"terminated": {"exitCode": 0}}}, {"state": {"running": {}}}]), ("0/1", "Init:1/2", "0")),
        (pod(init=[{"state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]), ("0/1", "Init:Error", "0")),
        (pod(reason="Evicted", phase="Failed"), ("0/1", "Evicted", "0")),
    ],
)  # fmt: skip
def test_pods(shown: dict[str, Any], expected: tuple[str, str, str]) -> None:
    """A pod's row sums up what its containers do."""
    assert (shown["Ready"], shown["Status"], shown["Restarts"]) == expected
    assert shown["Age"] == "60m"


def test_nodes() -> None:
    """A node's row says whether it takes pods, and what it is for."""
    ready = {
        "conditions": [{"type": "Ready", "status": "True"}],
        "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
    }
    labels = {"node-role.kubernetes.io/control-plane": "", "node-role.kubernetes.io/etcd": ""}
    shown = row("Node", metadata={"labels": labels}, spec={"unschedulable": True}, status=ready)
    assert (shown["Status"], shown["Roles"], shown["Internal-IP"], shown["External-IP"]) == (
        "Ready,SchedulingDisabled", "control-plane,etcd", "10.0.0.1", "<none>",
    )  # fmt: skip
    assert row("Node")["Status"] == "Unknown"


def test_workloads() -> None:
    """Workloads show what is there beside what should be."""
    template = {"spec": {"containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "j"}]}}
    spec = {"replicas": 3, "selector": {"matchLabels": {"x": "y"}}, "template": template}
    shown = row("Deployment", spec=spec, status={"readyReplicas": 2, "updatedReplicas": 3})
    assert (shown["Ready"], shown["Up-to-date"], shown["Available"]) == ("2/3", 3, 0)
    assert (shown["Containers"], shown["Images"], shown["Selector"]) == ("a,b", "i,j", "x=y")


@pytest.mark.parametrize(
    ("spec", "status", "expected"),
    [
        ({"completions": 2}, {"succeeded": 1, "startTime": HOUR_AGO}, ("Running", "1/2", "60m")),
        ({"parallelism": 3}, {}, ("Running", "0/1 of 3", "")),
        ({"completions": 1}, {"succeeded": 1, "startTime": HOUR_AGO, "completionTime": "2026-01-01T00:00:09Z", "conditions": [{"type": "Complete", "status": "True"}]}, ("Complete", "1/1", "9s")),
        ({}, {"conditions": [{"type": "Suspended", "status": "True"}]}, ("Suspended", "0/1", "")),
    ],
)  # fmt: skip
def test_jobs(spec: Object, status: Object, expected: tuple[str, str, str]) -> None:
    """A Job's row says how far it is, and how long it took."""
    shown = row("Job", spec=spec, status=status)
    assert (shown["Status"], shown["Completions"], shown["Duration"]) == expected


@pytest.mark.parametrize(
    ("spec", "status", "outside"),
    [
        ({"type": "ClusterIP"}, {}, "<none>"),
        ({"type": "LoadBalancer"}, {}, "<pending>"),
        ({"type": "LoadBalancer"}, {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}, "1.2.3.4"),
        ({"type": "ExternalName", "externalName": "a.example"}, {}, "a.example"),
        ({"type": "NodePort", "externalIPs": ["5.6.7.8"]}, {}, "5.6.7.8"),
    ],
)
def test_services(spec: Object, status: Object, outside: str) -> None:
    """A Service's row says where it is reached from outside."""
    ports = [{"port": 80, "nodePort": 30001, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]
    shown = row("Service", spec={**spec, "ports": ports, "clusterIPs": ["10.96.0.9"]}, status=status)
    assert (shown["External-IP"], shown["Port(s)"], shown["Cluster-IP"]) == (
        outside,
        "80:30001/TCP,53/UDP",
        "10.96.0.9",
    )


def test_events_of_both_groups() -> None:
    """An event's row is the same from either group."""
    about = {"kind": "Pod", "name": "p"}
    old = row(
        "Event",
        involvedObject=about,
        lastTimestamp=HOUR_AGO,
        message=" hi ",
        source={"component": "c", "host": "h"},
        count=3,
    )
    new = row(
        "Event",
        regarding=about,
        deprecatedLastTimestamp=HOUR_AGO,
        note="hi",
        deprecatedSource={"component": "c", "host": "h"},
        deprecatedCount=3,
    )
    assert old == new
    assert (old["Last Seen"], old["Object"], old["Source"], old["Message"], old["Count"]) == (
        "60m",
        "pod/p",
        "c, h",
        "hi",
        3,
    )


def test_volumes_and_claims() -> None:
    """A claim shows its capacity once it is bound."""
    status = {"phase": "Bound", "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteMany", "ReadWriteOnce"]}
    shown = row("PersistentVolumeClaim", spec={"volumeName": "v", "storageClassName": "fast"}, status=status)
    assert (shown["Capacity"], shown["Access Modes"], shown["StorageClass"]) == ("1Gi", "RWO,RWX", "fast")
    assert row("PersistentVolumeClaim", status={"phase": "Pending"})["Capacity"] == ""


def test_autoscalers() -> None:
    """An autoscaler's row shows current beside wanted."""
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 80}}}
    current = {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 20}}}
    spec = {"metrics": [metric], "maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "d"}}
    assert row("HorizontalPodAutoscaler", spec=spec)["Targets"] == "cpu: <unknown>/80%"
    shown = row("HorizontalPodAutoscaler", spec=spec, status={"currentMetrics": [current]})
    assert (shown["Targets"], shown["Reference"], shown["MinPods"]) == ("cpu: 20%/80%", "Deployment/d", "<unset>")


def test_selectors_in_one_line() -> None:
    """A selector is shown as it would be typed."""
    expressions = [
        {"key": "b", "operator": "In", "values": ["y", "x"]},
        {"key": "c", "operator": "Exists"},
        {"key": "d", "operator": "DoesNotExist"},
    ]
    assert selector({"matchLabels": {"a": "1"}, "matchExpressions": expressions}) == "a=1,b in (x,y),c,!d"
    assert selector(None) == selector({}) == "<none>"


def test_long_lists_are_cut() -> None:
    """Of a long list the first few are shown, and how many there are more."""
    assert some(["a", "b", "c", "d", "e"], 3) == "a,b,c + 2 more..."
    assert some([], 3) == "<none>"


def test_columns_are_described() -> None:
    """A column that stands for a field has the field's description."""
    columns = {column.name: describe(column) for column in printer_of("Service").columns}
    assert columns["Type"].startswith("type determines how the Service is exposed")
    assert all(columns.values())


def test_kinds_without_a_printer() -> None:
    """A kind without columns of its own shows when it was created."""
    assert row("LimitRange") == {"Name": "x", "Created At": HOUR_AGO}
