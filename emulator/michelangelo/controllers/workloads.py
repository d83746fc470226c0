"""Stands in for a cluster's own controllers and kubelets: Triton Deployments become Available after a while.

Only where there are none: on a real cluster the real ones do it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from emulator.michelangelo.client import KubeClient, Object
from emulator.michelangelo.controllers.controller import Key, Verdict, put_status
from emulator.michelangelo.controllers.serving_objects import server_of_triton
from emulator.michelangelo.controllers.timings import Timings
from emulator.michelangelo.resources import APPS_DEPLOYMENTS

REVISION = "deployment.kubernetes.io/revision"  # what the real controller notes first


class Workloads:
    """Reconciles apps Deployments whose Pods are Triton's."""

    def __init__(self, client: KubeClient, now: Callable[[], datetime], timings: Timings) -> None:
        self._client = client
        self._now = now
        self._timings = timings
        self._seen: dict[str, datetime] = {}  # uid -> when its Pods began to start

    async def reconcile(self, key: Key) -> Verdict | None:
        """One pass. Raises ApiError."""
        if not server_of_triton(key.name):
            return None
        deployment = await self._client.find(APPS_DEPLOYMENTS, key.namespace, key.name)
        if deployment is None or deployment["metadata"].get("deletionTimestamp"):
            return None
        if REVISION in (deployment["metadata"].get("annotations") or {}):
            return None  # a real Deployment controller is at work after all: two would undo each other's status
        now = self._now()
        since = self._seen.setdefault(deployment["metadata"]["uid"], now)
        ready = _available(deployment) or (now - since).total_seconds() >= self._timings.triton_available
        status = self._status(deployment, ready=ready)
        changed = await put_status(self._client, APPS_DEPLOYMENTS, deployment, status)
        return None if ready and not changed else Verdict(changed, satisfied=False)

    def _status(self, deployment: Object, *, ready: bool) -> Object:
        replicas = deployment["spec"].get("replicas", 1)
        stamp = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        before = {item["type"]: item for item in (deployment.get("status") or {}).get("conditions") or ()}

        def condition(sort: str, status: str, reason: str, message: str) -> Object:
            known = before.get(sort, {})
            moved = known.get("lastTransitionTime") if known.get("status") == status else stamp
            updated = known.get("lastUpdateTime") if known.get("reason") == reason else stamp
            found = {"type": sort, "status": status, "reason": reason, "message": message}
            return {**found, "lastTransitionTime": moved, "lastUpdateTime": updated}

        if ready:
            conditions = [
                condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
                condition("Progressing", "True", "NewReplicaSetAvailable", "ReplicaSet has successfully progressed."),
            ]
        else:
            text = "Deployment does not have minimum availability."
            conditions = [condition("Available", "False", "MinimumReplicasUnavailable", text)]
        status: Object = {"observedGeneration": deployment["metadata"].get("generation") or 1, "conditions": conditions}
        if replicas:
            status |= {"replicas": replicas, "updatedReplicas": replicas}
            if ready:
                status |= {"readyReplicas": replicas, "availableReplicas": replicas}
            else:
                status["unavailableReplicas"] = replicas
        return status


def _available(deployment: Object) -> bool:
    """Whether its Pods run already: started before us, or restored from a snapshot."""
    conditions = (deployment.get("status") or {}).get("conditions") or ()
    return any(item["type"] == "Available" and item["status"] == "True" for item in conditions)
