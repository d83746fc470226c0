"""Tables of pods, pod templates and nodes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin.printers import words
from emulator.apiserver.registry.builtin.printers.columns import AGE, CORE, NAME, Printer, column, name_of, part
from emulator.apiserver.registry.builtin.printers.words import NONE, age, created

_ROLE = "node-role.kubernetes.io/"
_OLD_ROLE = "kubernetes.io/role"
_LOST = "NodeLost"
_INFO = CORE + "NodeSystemInfo#"


def _pod(obj: Object, now: datetime) -> list[Any]:
    spec, status = part(obj, "spec"), part(obj, "status")
    reason = status.get("reason") or status.get("phase") or ""
    gated = any(
        item.get("type") == "PodScheduled" and item.get("reason") == "SchedulingGated"
        for item in status.get("conditions") or ()
    )
    if gated:
        reason = "SchedulingGated"
    sidecars = {item.get("name") for item in spec.get("initContainers") or () if item.get("restartPolicy") == "Always"}
    counts = _Counts(len(spec.get("containers") or ()) + len(sidecars))
    waiting = _init_reason(spec, status, counts, sidecars)
    if waiting:
        reason = waiting
    if not waiting or _initialized(status):
        reason = _running_reason(status, counts, reason)
    meta = metadata(obj)
    if meta.get("deletionTimestamp"):
        if status.get("reason") == _LOST:
            reason = "Unknown"
        elif status.get("phase") not in ("Succeeded", "Failed"):
            reason = "Terminating"
    restarts = str(counts.restarts)
    if counts.restarts and counts.last:
        restarts += f" ({age(counts.last, now)} ago)"
    addresses = status.get("podIPs") or []
    gates = spec.get("readinessGates") or []
    return [
        name_of(obj),
        f"{counts.ready}/{counts.total}",
        reason,
        restarts,
        created(obj, now),
        (addresses[0].get("ip") if addresses else status.get("podIP")) or NONE,
        spec.get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        _gates(status, gates) if gates else NONE,
    ]


class _Counts:
    """What is summed over a pod's containers."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.ready = 0
        self.restarts = 0
        self.last = ""  # when a container ended last

    def add(self, state: Object) -> None:
        """One more container."""
        self.restarts += state.get("restartCount") or 0
        ended = part(part(state, "lastState"), "terminated").get("finishedAt") or ""
        self.last = max(self.last, ended)


def _init_reason(spec: Object, status: Object, counts: _Counts, sidecars: set[Any]) -> str:
    """What the init containers say, as long as they are not done."""
    restarts, last = 0, ""
    total = len(spec.get("initContainers") or ())
    for position, state in enumerate(status.get("initContainerStatuses") or ()):
        current = part(state, "state")
        counts.add(state)
        if state.get("name") in sidecars:
            restarts, last = counts.restarts, counts.last
        ended, waiting = part(current, "terminated"), part(current, "waiting")
        if ended and ended.get("exitCode", 0) == 0:
            continue
        if state.get("name") in sidecars and state.get("started"):
            counts.ready += 1 if state.get("ready") else 0
            continue
        if ended:
            return f"Init:{ended.get('reason') or _exit(ended)}"
        if waiting.get("reason") and waiting["reason"] != "PodInitializing":
            return f"Init:{waiting['reason']}"
        return f"Init:{position}/{total}"
    counts.restarts, counts.last = restarts, last
    return ""


def _initialized(status: Object) -> bool:
    return any(
        item.get("type") == "Initialized" and item.get("status") == "True" for item in status.get("conditions") or ()
    )


def _exit(ended: Object) -> str:
    return f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"


def _running_reason(status: Object, counts: _Counts, reason: str) -> str:
    """What the ordinary containers say; the first one has the last word."""
    running = False
    for state in reversed(status.get("containerStatuses") or []):
        counts.add(state)
        current = part(state, "state")
        waiting, ended = part(current, "waiting"), part(current, "terminated")
        if waiting.get("reason"):
            reason = waiting["reason"]
        elif ended:
            reason = ended.get("reason") or _exit(ended)
        elif state.get("ready") and "running" in current:
            running = True
            counts.ready += 1
    if reason == "Completed" and running:
        ready = any(
            item.get("type") == "Ready" and item.get("status") == "True" for item in status.get("conditions") or ()
        )
        return "Running" if ready else "NotReady"
    return reason


def _gates(status: Object, gates: list[Object]) -> str:
    true = {item.get("type") for item in status.get("conditions") or () if item.get("status") == "True"}
    return f"{sum(1 for gate in gates if gate.get('conditionType') in true)}/{len(gates)}"


def _pod_template(obj: Object, now: datetime) -> list[Any]:
    template = part(obj, "template")
    return [name_of(obj), *words.containers(template), words.labels(metadata(template).get("labels"))]


def _node(obj: Object, now: datetime) -> list[Any]:
    status, info = part(obj, "status"), part(part(obj, "status"), "nodeInfo")
    ready = [item.get("status") for item in status.get("conditions") or () if item.get("type") == "Ready"]
    shown = ["Unknown" if not ready else "Ready" if ready[0] == "True" else "NotReady"]
    if part(obj, "spec").get("unschedulable"):
        shown.append("SchedulingDisabled")
    labels = metadata(obj).get("labels") or {}
    roles = sorted(
        {key[len(_ROLE) :] for key in labels if key.startswith(_ROLE)} - {""} | {labels.get(_OLD_ROLE, "")} - {""}
    )
    return [
        name_of(obj),
        ",".join(shown),
        ",".join(roles) or NONE,
        created(obj, now),
        info.get("kubeletVersion", ""),
        _address(status, "InternalIP"),
        _address(status, "ExternalIP"),
        info.get("osImage") or "<unknown>",
        info.get("kernelVersion") or "<unknown>",
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def _address(status: Object, sort: str) -> str:
    found = [item.get("address") for item in status.get("addresses") or () if item.get("type") == sort]
    return found[0] if found and found[0] else NONE


PRINTERS = {
    "Pod": Printer(
        (
            NAME,
            column("Ready", "How many of the pod's containers are ready."),
            column("Status", "What the pod's containers do, taken together."),
            column("Restarts", "How often containers were restarted, and when the last time was."),
            AGE,
            column("IP", wide=True, of=CORE + "PodStatus#podIP"),
            column("Node", wide=True, of=CORE + "PodSpec#nodeName"),
            column("Nominated Node", wide=True, of=CORE + "PodStatus#nominatedNodeName"),
            column("Readiness Gates", wide=True, of=CORE + "PodSpec#readinessGates"),
        ),
        _pod,
    ),
    "PodTemplate": Printer(
        (
            NAME,
            column("Containers", "The names of the template's containers."),
            column("Images", "The images of the template's containers."),
            column("Pod Labels", "The labels of pods made from it."),
        ),
        _pod_template,
    ),
    "Node": Printer(
        (
            NAME,
            column("Status", "Whether the node takes pods."),
            column("Roles", "What the node is for."),
            AGE,
            column("Version", of=_INFO + "kubeletVersion"),
            column("Internal-IP", wide=True, of=CORE + "NodeStatus#addresses"),
            column("External-IP", wide=True, of=CORE + "NodeStatus#addresses"),
            column("OS-Image", wide=True, of=_INFO + "osImage"),
            column("Kernel-Version", wide=True, of=_INFO + "kernelVersion"),
            column("Container-Runtime", wide=True, of=_INFO + "containerRuntimeVersion"),
        ),
        _node,
    ),
}
