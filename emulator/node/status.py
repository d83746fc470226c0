"""A Pod's status from the states of its containers (k8s.io/kubernetes/pkg/kubelet, status/generate.go). Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from emulator.node import images

Object = dict[str, Any]
HOST_ADDRESS = "127.0.0.1"


@dataclass(slots=True)
class ContainerState:
    """How one container is; ``state`` is waiting, running or terminated, as in core/v1."""

    name: str
    image: str
    state: Object = field(default_factory=lambda: {"waiting": {"reason": "ContainerCreating"}})
    last: Object = field(default_factory=dict)
    restarts: int = 0
    identity: str = ""  # containerd://...

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return "running" in self.state

    @property
    def exit_code(self) -> int | None:
        """Of the process that ended last and was not followed by another."""
        ended = self.state.get("terminated")
        return None if ended is None else int(ended["exitCode"])

    def as_status(self, *, ready: bool) -> Object:
        """A core/v1 ContainerStatus."""
        found: Object = {
            "name": self.name,
            "state": self.state,
            "lastState": self.last,
            "ready": ready,
            "restartCount": self.restarts,
            "image": images.canonical(self.image) if self.identity else self.image,
            "imageID": images.image_id(self.image) if self.identity else "",
            "started": self.running,
        }
        if self.identity:
            found["containerID"] = self.identity
        return found


@dataclass(slots=True)
class PodState:
    """What the node knows of a Pod beyond its containers."""

    started: datetime
    address: str
    early: list[ContainerState]  # init containers
    regular: list[ContainerState]
    reason: str = ""
    message: str = ""
    failed: bool = False  # whatever the containers say: a deadline, a lost process


def stamp(moment: datetime) -> str:
    """An instant as Kubernetes writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def phase(pod: PodState, policy: str) -> str:
    """Pending, Running, Succeeded or Failed (getPhase in kubelet_pods.go)."""
    if pod.failed:
        return "Failed"
    if any(state.exit_code != 0 for state in pod.early):
        broken = any(state.exit_code not in (None, 0) for state in pod.early)
        return "Failed" if broken and policy == "Never" else "Pending"
    if any("waiting" in state.state and not state.last for state in pod.regular):
        return "Pending"
    codes = [state.exit_code for state in pod.regular]
    if policy == "Always" or None in codes:
        return "Running"
    if not any(codes):
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def pod_status(pod: PodState, policy: str, now: datetime, before: Object, *, node: str = HOST_ADDRESS) -> Object:
    """The whole status. *before* is the one in force: conditions that did not change keep their instant."""
    current = phase(pod, policy)
    over = current in ("Succeeded", "Failed")
    initialized = all(state.exit_code == 0 for state in pod.early)
    unready = [state.name for state in pod.regular if not state.running]
    reason = {"Succeeded": "PodCompleted", "Failed": "PodFailed"}.get(current, "")
    text = f"containers with unready status: [{' '.join(unready)}]"
    not_ready = ("False", reason, "") if over else ("False", "ContainersNotReady", text)
    waiting = [state.name for state in pod.early if state.exit_code != 0]
    early_text = f"containers with incomplete status: [{' '.join(waiting)}]"
    conditions = {
        "PodReadyToStartContainers": ("False" if over else "True", "", ""),
        "Initialized": ("True", "PodCompleted" if current == "Succeeded" else "", "")
        if initialized
        else ("False", "ContainersNotInitialized", early_text),
        "Ready": not_ready if unready or over or not initialized else ("True", "", ""),
        "ContainersReady": not_ready if unready or over or not initialized else ("True", "", ""),
        "PodScheduled": ("True", "", ""),
    }
    status: Object = {
        "phase": current,
        "conditions": _conditions(conditions, before, now),
        "hostIP": node,
        "hostIPs": [{"ip": node}],
        "podIP": pod.address,
        "podIPs": [{"ip": pod.address}],
        "startTime": stamp(pod.started),
        "containerStatuses": [state.as_status(ready=state.running and initialized) for state in pod.regular],
        "qosClass": before.get("qosClass", "BestEffort"),
    }
    if pod.early:
        status["initContainerStatuses"] = [state.as_status(ready=state.exit_code == 0) for state in pod.early]
    if pod.reason:
        status |= {"reason": pod.reason, "message": pod.message}
    return status


def _conditions(wanted: dict[str, tuple[str, str, str]], before: Object, now: datetime) -> list[Object]:
    known = {item["type"]: item for item in before.get("conditions") or ()}
    return [condition(sort, *rest, known.get(sort, {}), now) for sort, rest in wanted.items()]


def condition(sort: str, value: str, reason: str, message: str, known: Object, now: datetime) -> Object:
    """A condition; one that did not change keeps its instant."""
    moved = known.get("lastTransitionTime") if known.get("status") == value else None
    found: Object = {"type": sort, "status": value, "lastProbeTime": None, "lastTransitionTime": moved or stamp(now)}
    if reason:
        found["reason"] = reason
    if message:
        found["message"] = message
    return found


def with_condition(status: Object, new: Object) -> Object:
    """A status with one condition put in the place of that of its type."""
    kept: Sequence[Object] = [item for item in status.get("conditions") or () if item["type"] != new["type"]]
    return {**status, "conditions": [*kept, new]}
