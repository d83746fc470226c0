"""The Node object that stands for this machine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.node import images
from emulator.node.status import HOST_ADDRESS, condition

Object = dict[str, Any]
NAME = "michelangelo-node"
_MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}
LABELS = {"kubernetes.io/hostname": NAME, "kubernetes.io/os": "linux"}
_RESOURCES = {"cpu": "2", "memory": "4Gi", "pods": "32", "ephemeral-storage": "10Gi"}
_CONDITIONS = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def node_object(now: datetime, version: str, machine: str) -> Object:
    """The Node, ready for Pods; its images are those that it can run."""
    architecture = _MACHINES.get(machine, machine)
    conditions = [condition(*row, {}, now) for row in _CONDITIONS]
    for found in conditions:
        found["lastHeartbeatTime"] = found["lastTransitionTime"]
        del found["lastProbeTime"]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": NAME, "labels": {**LABELS, "kubernetes.io/arch": architecture}},
        "spec": {"podCIDR": "10.244.0.0/24", "podCIDRs": ["10.244.0.0/24"]},
        "status": {
            "addresses": [{"type": "InternalIP", "address": HOST_ADDRESS}, {"type": "Hostname", "address": NAME}],
            "allocatable": _RESOURCES,
            "capacity": _RESOURCES,
            "conditions": conditions,
            "images": [{"names": list(image.repositories), "sizeBytes": 0} for image in images.known()],
            "nodeInfo": {
                "architecture": architecture,
                "bootID": "",
                "containerRuntimeVersion": "processes://1",
                "kernelVersion": "",
                "kubeProxyVersion": "",
                "kubeletVersion": version,
                "machineID": "",
                "operatingSystem": "linux",
                "osImage": "michelangelo-emulator",
                "systemUUID": "",
            },
        },
    }
