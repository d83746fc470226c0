"""InferenceServer: provisions Triton, its Service and its model config; tears them down when decommissioned.

Conditions, states and objects are the released platform's (go/components/inferenceserver), its quirks included: a server
whose Triton is not up yet reads FAILED, and one that is decommissioned reads SERVING.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.controllers import events
from emulator.michelangelo.controllers.conditions import DONE, FALSE, TRUE, Actor, Outcome, Pass, alike, false, run
from emulator.michelangelo.controllers.controller import Key, Verdict, put_status
from emulator.michelangelo.controllers.serving_objects import (
    config_name,
    model_config,
    service_name,
    triton_deployment,
    triton_name,
    triton_service,
    triton_state,
)
from emulator.michelangelo.resources import APPS_DEPLOYMENTS, CONFIG_MAPS, INFERENCE_SERVERS, SERVICES
from emulator.michelangelo.seams import LayerSeams

COMPONENT = "inference-server-controller"
SUPPORTED = "BACKEND_TYPE_TRITON"
_STATE = "INFERENCE_SERVER_STATE_"


class InferenceServers:
    """Reconciles InferenceServers. *url_of* says where a server's emulated Triton answers (empty: nowhere)."""

    def __init__(
        self,
        client: KubeClient,
        now: Callable[[], datetime],
        seams: LayerSeams,
        url_of: Callable[[str, str], str],
    ) -> None:
        self._client = client
        self._now = now
        self._seams = seams
        self._url_of = url_of
        self._failed: set[str] = set()  # uids of those whose Triton did not come up

    async def reconcile(self, key: Key) -> Verdict | None:
        """One pass. Raises ApiError."""
        server = await self._client.find(INFERENCE_SERVERS, key.namespace, key.name)
        if server is None:
            return None
        before = server.get("status") or {}
        backing = _Backing(self._client, *key)
        going = bool(server["metadata"].get("deletionTimestamp")) or _decommissioned(server)
        actors = self._deletion(server) if going else self._creation(server, backing)
        done = await run(actors, before.get("conditions") or [], int(self._now().timestamp()))
        conditions = [self._seams.condition(condition) for condition in done.conditions]
        status = {**before, "conditions": conditions, "state": _state(server, done)}
        status["observedGeneration"] = str(server["metadata"].get("generation") or 1)
        if status != before:
            status["updateTime"] = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        await put_status(self._client, INFERENCE_SERVERS, server, self._seams.status(status), self._now())
        changed = before.get("state") != status["state"] or not alike(before.get("conditions") or [], conditions)
        failed = not going and await backing.failed()
        await self._tell(server, before.get("state"), status["state"], done, changed=changed, failed=failed)
        satisfied = done.stopped is None and not going  # the platform cleans up again and again
        return Verdict(changed, satisfied)

    async def _tell(
        self, server: Object, before: str | None, after: str, done: Pass, *, changed: bool, failed: bool
    ) -> None:
        said = None
        uid = server["metadata"]["uid"]
        known = uid in self._failed
        (self._failed.add if failed else self._failed.discard)(uid)
        if failed and not known:
            said = ("Warning", "CreationFailed", "InferenceServer creation failed")
        elif after == f"{_STATE}SERVING" and before != after and not _decommissioned(server):
            said = ("Normal", "CreationCompleted", "InferenceServer creation completed successfully")
        elif changed and done.stopped is not None and done.stopped.message == "BackendProvisionFailed":
            said = ("Warning", "ReconciliationError", done.stopped.reason)
        if said is not None:
            await events.record(self._client, server, *said, COMPONENT, self._now())

    def _creation(self, server: Object, backing: _Backing) -> list[Actor]:
        space, name = server["metadata"]["namespace"], server["metadata"]["name"]
        backend = (server.get("spec") or {}).get("backendType") or "BACKEND_TYPE_INVALID"
        unsupported = false("BackendNotFound", f"Failed to get backend: backend not found for type: {backend}")

        async def validated() -> Outcome:
            if backend == SUPPORTED:
                return DONE
            return false("InvalidBackendType", f"unsupported backend type: {backend}")

        async def provisioned() -> Outcome:
            if backend != SUPPORTED:
                return unsupported
            state = await backing.state()
            if state == "SERVING":
                return DONE
            return false("BackendProvisioningFailed", f"Backend state is not serving: {_STATE}{state}")

        async def provision() -> Outcome:
            if backend != SUPPORTED:
                return unsupported
            try:
                await backing.create(triton_deployment(server), triton_service(server, self._url_of(space, name)))
            except ApiError as error:
                return false("BackendProvisionFailed", f"Failed to provision backend: {error}")
            return DONE

        async def configured() -> Outcome:
            try:
                present = await self._client.find(CONFIG_MAPS, space, config_name(name))
            except ApiError as error:
                return false("ModelConfigProvisionFailed", f"Failed to check model config existence: {error}")
            return DONE if present is not None else false("ModelConfigNotFound", "Model config not found")

        async def configure() -> Outcome:
            if backend != SUPPORTED:
                return await configured()
            try:
                await _create(self._client, CONFIG_MAPS, model_config(name, space))
            except ApiError as error:
                return false("ModelConfigProvisionFailed", f"Failed to create config map: {error}")
            return DONE

        async def healthy() -> Outcome:
            if backend != SUPPORTED:
                return unsupported
            if not await backing.deployed():
                text = f'failed to get deployment {space}/{triton_name(name)}: deployments.apps "{triton_name(name)}" not found'
                return false("HealthCheckFailed", f"Health check error: {text}")
            serving = await backing.state() == "SERVING"
            return DONE if serving else false("HealthCheckFailed", "Server is not healthy")

        return [
            Actor("Validation", validated, validated),
            Actor("BackendProvision", provisioned, provision),
            Actor("ModelConfigProvision", configured, configure),
            Actor("HealthCheck", healthy, healthy),
        ]

    def _deletion(self, server: Object) -> list[Actor]:
        space, name = server["metadata"]["namespace"], server["metadata"]["name"]

        async def look() -> Outcome:
            return false("CleanupInProgress", "Inference server cleanup in progress")

        async def clean() -> Outcome:
            try:
                await self._client.delete(CONFIG_MAPS, space, config_name(name))
                await self._client.delete(APPS_DEPLOYMENTS, space, triton_name(name))
                await self._client.delete(SERVICES, space, service_name(name))
            except ApiError as error:
                return false("ServerCleanupFailed", f"Failed to cleanup inference server: {error}")
            return DONE

        return [Actor("Cleanup", look, clean)]


class _Backing:
    """The Triton Deployment of a server and its Service, looked at once in a pass."""

    def __init__(self, client: KubeClient, space: str, name: str) -> None:
        self._client = client
        self._space = space
        self._name = name
        self._seen: tuple[Object | None, Object | None] | None = None

    async def _look(self) -> tuple[Object | None, Object | None]:
        if self._seen is None:
            deployment, service = await asyncio.gather(
                self._client.find(APPS_DEPLOYMENTS, self._space, triton_name(self._name)),
                self._client.find(SERVICES, self._space, service_name(self._name)),
            )
            self._seen = deployment, service
        return self._seen

    async def deployed(self) -> bool:
        """Whether the Deployment is there."""
        return (await self._look())[0] is not None

    async def state(self) -> str:
        """The state of the two."""
        deployment, service = await self._look()
        if deployment is None or service is None:
            return "CREATE_PENDING"
        return triton_state(deployment)

    async def failed(self) -> bool:
        """Whether Triton has exceeded its deadline; what was not looked at in this pass has not."""
        return self._seen is not None and await self.state() == "FAILED"

    async def create(self, deployment: Object, service: Object) -> None:
        """Create what is missing. Raises ApiError."""
        present = await self._look()
        made = present[0] or await _create(self._client, APPS_DEPLOYMENTS, deployment)
        self._seen = made, present[1] or await _create(self._client, SERVICES, service)


async def _create(client: KubeClient, resource: Resource, obj: Object) -> Object:
    """Create an object, or let it be what somebody else made it meanwhile. Raises ApiError."""
    try:
        return await client.create(resource, obj)
    except ApiError as error:
        if error.reason != "AlreadyExists":
            raise
        return await client.get(resource, obj["metadata"]["namespace"], obj["metadata"]["name"])


def _decommissioned(server: Object) -> bool:
    return bool(((server.get("spec") or {}).get("decomSpec") or {}).get("decommission"))


def _state(server: Object, done: Pass) -> str:
    statuses = [condition.get("status") for condition in done.conditions]
    if server["metadata"].get("deletionTimestamp"):
        return f"{_STATE}DELETING"
    if FALSE in statuses:
        return f"{_STATE}FAILED"
    return f"{_STATE}SERVING" if statuses and all(status == TRUE for status in statuses) else f"{_STATE}CREATING"
