"""Deployment: rolls a Model out to an InferenceServer by its model list, routes to it, and takes it away again.

Stages, conditions and words are the released platform's (go/components/deployment). The Model's deployable URI is what is
loaded; a Deployment whose Model is missing or has none fails at AssetsPrepared.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from emulator.michelangelo.client import KubeClient, Object
from emulator.michelangelo.controllers import events
from emulator.michelangelo.controllers.conditions import Pass, run
from emulator.michelangelo.controllers.controller import Key, Verdict, put_status
from emulator.michelangelo.controllers.rollout import Rollout
from emulator.michelangelo.resources import DEPLOYMENTS
from emulator.michelangelo.seams import LayerSeams

COMPONENT = "deployment"
_log = logging.getLogger("michelangelo.controllers")
FINALIZER = "deployments.michelangelo.uber.com/finalizer"
TYPE_PREFIX = "TARGET_TYPE_"
TYPE = f"{TYPE_PREFIX}INFERENCE_SERVER"
SUB_TYPES = ("", "realtime-serving", "batch-serving")
_STAGE, _STATE = "DEPLOYMENT_STAGE_", "DEPLOYMENT_STATE_"
TERMINAL = {
    "INVALID",
    "ROLLOUT_COMPLETE",
    "ROLLOUT_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "CLEAN_UP_COMPLETE",
    "CLEAN_UP_FAILED",
}
# The stage that a condition stands for while it is the first that is not TRUE.
STAGES = {
    "Validated": "VALIDATION",
    "AssetsPrepared": "VALIDATION",
    "ResourcesAcquired": "RESOURCE_ACQUISITION",
    "CleanupComplete": "CLEAN_UP_IN_PROGRESS",
    "RollbackComplete": "ROLLBACK_IN_PROGRESS",
}
DONE = {"rollout": "ROLLOUT_COMPLETE", "rollback": "ROLLBACK_COMPLETE", "cleanup": "CLEAN_UP_COMPLETE"}
FAILED = {"rollout": "ROLLOUT_FAILED", "rollback": "ROLLBACK_FAILED", "cleanup": "CLEAN_UP_FAILED"}
COUNT = "deployment.rollout.count"
REASON = "deployment.rollback.reason"


class Deployments:
    """Reconciles Deployments."""

    def __init__(self, client: KubeClient, now: Callable[[], datetime], seams: LayerSeams, rollout: Rollout) -> None:
        self._client = client
        self._now = now
        self._seams = seams
        self._rollout = rollout

    async def reconcile(self, key: Key) -> Verdict | None:
        """One pass. Raises ApiError."""
        deployment = await self._client.find(DEPLOYMENTS, key.namespace, key.name)
        if deployment is None:
            return None
        spec = deployment.get("spec") or {}
        definition = spec.get("definition") or {"type": TYPE}
        if definition.get("type") != TYPE or (definition.get("subType") or "") not in SUB_TYPES:
            sort, sub = definition.get("type") or f"{TYPE_PREFIX}INVALID", definition.get("subType") or ""
            _log.warning("deployments %s/%s: no plugin found for targetType=%s, subType=%s", *key, sort, sub)
            return None  # the platform goes on trying, and writes nothing
        meta = deployment["metadata"]
        cleaned = (deployment.get("status") or {}).get("stage") == f"{_STAGE}CLEAN_UP_COMPLETE"
        if not cleaned and not meta.get("deletionTimestamp") and FINALIZER not in (meta.get("finalizers") or ()):
            finalizers = [*(meta.get("finalizers") or ()), FINALIZER]
            await self._set_finalizers(meta, finalizers)
            return None  # the write brings it here again
        return await self._dispatch(deployment)

    async def _dispatch(self, deployment: Object) -> Verdict | None:
        spec, status = deployment.get("spec") or {}, dict(deployment.get("status") or {})
        stage = (status.get("stage") or f"{_STAGE}INVALID").removeprefix(_STAGE)
        current, candidate = _name(status, "currentRevision"), _name(status, "candidateRevision")
        desired = _name(spec, "desiredRevision")
        going = bool(deployment["metadata"].get("deletionTimestamp")) or (spec.get("deletionSpec") or {}).get("deleted")
        if going or (not desired and (current or candidate)):
            if stage == "CLEAN_UP_COMPLETE" and not deployment["metadata"].get("deletionTimestamp"):
                return None
            return await self._go(deployment, status, "cleanup")
        if stage not in TERMINAL:
            reason = await self._given_up(deployment, status, changed=desired != candidate)
            if reason:
                return await self._roll_back(deployment, status, reason)
            return await self._go(deployment, status, "rollout")
        if desired != candidate or (not desired and stage == "INVALID"):
            return await self._begin(deployment, status, desired)
        if stage in ("ROLLOUT_COMPLETE", "ROLLBACK_COMPLETE"):
            return await self._steady(deployment, status)
        return None  # failed: not retried until another revision is desired

    async def _begin(self, deployment: Object, status: Object, desired: str) -> Verdict:
        """A new rollout: the desired revision becomes the candidate."""
        meta = deployment["metadata"]
        count = int((meta.get("annotations") or {}).get(COUNT) or 0) + 1
        patch = {"metadata": {"annotations": {COUNT: str(count), REASON: None}}}
        deployment = await self._client.merge(DEPLOYMENTS, meta["namespace"], meta["name"], patch)
        status["candidateRevision"] = (deployment.get("spec") or {}).get("desiredRevision") or {}
        status |= {"stage": f"{_STAGE}VALIDATION", "conditions": []}
        status.pop("conditionsSnapshot", None)
        return await self._go(deployment, status, "rollout")

    async def _given_up(self, deployment: Object, status: Object, *, changed: bool) -> str:
        """Why a rollout under way is rolled back, or nothing: a blast goes on whatever happens, unless it has a trigger."""
        going = status.get("stage") == f"{_STAGE}ROLLBACK_IN_PROGRESS"
        blast = ((deployment.get("spec") or {}).get("strategy") or {}).get("blast")
        if blast is not None and not blast.get("withRollbackTrigger") and not going:
            return ""
        if changed:
            return "Desired model changed"
        return "Alert fired" if going or not await self._rollout.healthy(deployment, status) else ""

    async def _roll_back(self, deployment: Object, status: Object, reason: str) -> Verdict:
        meta = deployment["metadata"]
        if (meta.get("annotations") or {}).get(REASON) != reason:
            patch = {"metadata": {"annotations": {REASON: reason}}}
            deployment = await self._client.merge(DEPLOYMENTS, meta["namespace"], meta["name"], patch)
        changed = str(reason == "Desired model changed").lower()
        fired = str(reason == "Alert fired").lower()
        status["message"] = (
            "Detected that a rollback should occur due to alert "
            f"firing=[{fired}], or due to the desired model changing=[{changed}]"
        )
        return await self._go(deployment, status, "rollback")

    async def _go(self, deployment: Object, status: Object, plan: str) -> Verdict:
        """One pass of a plan: rollout, rollback or cleanup."""
        before = deployment.get("status") or {}
        actors = self._rollout.actors(plan, deployment, status)
        done = await run(actors, status.get("conditions") or [], int(self._now().timestamp()))
        status["conditions"] = [self._seams.condition(condition) for condition in done.conditions]
        await self._advance(deployment, status, plan, done)
        status["state"] = await self._state(deployment, status)
        changed = await put_status(
            self._client, DEPLOYMENTS, deployment, self._seams.status(_written(status)), self._now()
        )
        await self._tell(deployment, before.get("stage"), status["stage"], failed=done.failed)
        if plan == "cleanup" and (done.stopped is None or done.failed):
            await self._release(deployment)
        return Verdict(changed, status["stage"].removeprefix(_STAGE) in TERMINAL)

    async def _advance(self, deployment: Object, status: Object, plan: str, done: Pass) -> None:
        if done.stopped is None:
            status |= {"stage": f"{_STAGE}{DONE[plan]}", "message": ""}
            if plan == "rollout":
                status |= {"currentRevision": status.get("candidateRevision") or {}, "conditions": []}
            elif plan == "cleanup":
                for name in ("currentRevision", "candidateRevision"):
                    status.pop(name, None)
        elif done.failed:
            status |= {"stage": f"{_STAGE}{FAILED[plan]}", "conditionsSnapshot": status["conditions"], "conditions": []}
            status["message"] = status.get("message") or "Deployment processed by OSS plugin"
        else:
            status["stage"] = f"{_STAGE}{STAGES.get(done.stopped_at, 'PLACEMENT')}"

    async def _steady(self, deployment: Object, status: Object) -> Verdict:
        actors = self._rollout.actors("steady", deployment, status)
        done = await run(actors, status.get("conditions") or [], int(self._now().timestamp()))
        status["conditions"] = [self._seams.condition(condition) for condition in done.conditions]
        status["state"] = await self._state(deployment, status)
        changed = await put_status(
            self._client, DEPLOYMENTS, deployment, self._seams.status(_written(status)), self._now()
        )
        return Verdict(changed, done.stopped is None)

    async def _state(self, deployment: Object, status: Object) -> str:
        if status.get("stage") == f"{_STAGE}CLEAN_UP_COMPLETE":
            return f"{_STATE}EMPTY"
        if not _name(deployment.get("spec") or {}, "inferenceServer"):
            return f"{_STATE}INVALID"
        current = _name(status, "currentRevision")
        if not current:
            return f"{_STATE}INITIALIZING"
        ready = await self._rollout.ready(deployment, current)
        return f"{_STATE}{'HEALTHY' if ready else 'UNHEALTHY'}"

    async def _tell(self, deployment: Object, before: str | None, after: str, *, failed: bool) -> None:
        now = self._now()
        if failed:
            text = "Maximum attempts reached to reconcile the resource. Will not proceed until the spec changes."
            await events.record(self._client, deployment, "Normal", "EarlyTermination", text, COMPONENT, now)
        if before != after:
            text = f"state transition from {before or f'{_STAGE}INVALID'} to {after}"
            await events.record(self._client, deployment, "Normal", "StageChange", text, COMPONENT, now)

    async def _release(self, deployment: Object) -> None:
        """Cleaned up: nothing holds the object any more. Raises ApiError."""
        latest = await self._client.find(
            DEPLOYMENTS, deployment["metadata"]["namespace"], deployment["metadata"]["name"]
        )
        held = ((latest or {}).get("metadata") or {}).get("finalizers") or []
        if latest is not None and FINALIZER in held:
            await self._set_finalizers(latest["metadata"], [item for item in held if item != FINALIZER])

    async def _set_finalizers(self, meta: Object, finalizers: list[str]) -> None:
        """Replace the finalizers of this very version. Raises ApiError when it has moved on."""
        patch = {"metadata": {"resourceVersion": meta["resourceVersion"], "finalizers": finalizers}}
        await self._client.merge(DEPLOYMENTS, meta["namespace"], meta["name"], patch)


def _written(status: Object) -> Object:
    """A status as the platform's marshaller writes it: without an empty message or list."""
    return {name: value for name, value in status.items() if value not in ("", [])}


def _name(part: Object, field: str) -> str:
    return str((part.get(field) or {}).get("name") or "")
