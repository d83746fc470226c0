"""What a Deployment does to its InferenceServer: entries of the model list, routes, and waiting for Triton."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from emulator.michelangelo.client import ApiError, KubeClient, Object
from emulator.michelangelo.controllers.conditions import DONE, Actor, Outcome, false, pending
from emulator.michelangelo.controllers.serving_objects import (
    config_name,
    http_route,
    models_of,
    route_name,
    triton_name,
    triton_state,
    with_models,
)
from emulator.michelangelo.controllers.timings import Timings
from emulator.michelangelo.resources import APPS_DEPLOYMENTS, CONFIG_MAPS, HTTP_ROUTES, INFERENCE_SERVERS, MODELS
from emulator.michelangelo.spelling import Spelling

SERVING = "INFERENCE_SERVER_STATE_SERVING"


class ModelServer(Protocol):
    """Triton, as far as a rollout asks it."""

    def ready(self, namespace: str, server: str, model: str) -> bool:
        """Whether a model is loaded and answers."""
        ...


class Rollout:
    """Builds the actors of each plan for one Deployment."""

    def __init__(
        self,
        client: KubeClient,
        spelling: Spelling,
        triton: ModelServer,
        timings: Timings,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._spelling = spelling
        self._triton = triton
        self._timings = timings
        self._now = now
        self._loading: dict[tuple[str, str], datetime] = {}  # uid and candidate -> when its loading began

    def actors(self, plan: str, deployment: Object, status: Object) -> list[Actor]:
        """The conditions of a plan: rollout, rollback, cleanup or steady."""
        one = _One(self, deployment, status)
        if plan == "cleanup":
            return [Actor("CleanupComplete", one.cleaned, one.clean)]
        if plan == "rollback":
            return [Actor("RollbackComplete", one.rolled_back, one.roll_back)]
        if plan == "steady":
            return [Actor("StateSteady", one.steady, one.steady)]
        return [
            Actor("Validated", one.validated, one.validated),
            Actor("AssetsPrepared", one.prepared, one.prepared),
            Actor("ResourcesAcquired", one.acquired, one.acquired),
            Actor("RollingRolloutComplete", one.rolled_out, one.roll_out),
            Actor("TrafficRoutingConfigured", one.routed, one.route),
            Actor("ModelCleanupComplete", one.old_gone, one.remove_old),
            Actor("RolloutCompleted", one.completed, one.complete),
        ]

    async def healthy(self, deployment: Object, status: Object) -> bool:
        """Whether a Deployment's server is healthy."""
        return await _One(self, deployment, status).acquired() == DONE

    async def ready(self, deployment: Object, model: str) -> bool:
        """Whether a Deployment's model answers."""
        server = ((deployment.get("spec") or {}).get("inferenceServer") or {}).get("name") or ""
        return self._triton.ready(deployment["metadata"]["namespace"], server, model)

    async def config(self, namespace: str, server: str) -> Object | None:
        """The ConfigMap with a server's model list."""
        return await self._client.find(CONFIG_MAPS, namespace, config_name(server))


class _One:
    """One Deployment in one pass."""

    def __init__(self, rollout: Rollout, deployment: Object, status: Object) -> None:
        self._of = rollout
        self._client = rollout._client
        self._deployment = deployment
        spec = deployment.get("spec") or {}
        self._space: str = deployment["metadata"]["namespace"]
        self._name: str = deployment["metadata"]["name"]
        self._server: str = (spec.get("inferenceServer") or {}).get("name") or ""
        self._desired = spec.get("desiredRevision")
        self._candidate: str = (status.get("candidateRevision") or {}).get("name") or ""
        self._current: str = (status.get("currentRevision") or {}).get("name") or ""
        self._loading_key = (deployment["metadata"]["uid"], self._candidate)
        self._completed = False

    async def validated(self) -> Outcome:
        if not self._server:
            return false("NoInferenceServer", "Inference server is not specified for deployment")
        if self._desired is None:
            return false("NoDesiredRevision", "Desired revision is not specified for deployment")
        if not self._desired.get("name"):
            return false("InvalidModelName", "Desired revision name cannot be empty")
        return DONE

    async def prepared(self) -> Outcome:
        if not self._candidate:
            return false("NoDesiredRevision", "No desired revision specified for asset preparation")
        if await self._artifact():
            return DONE
        if await self._client.find(MODELS, self._space, self._candidate) is None:
            return false("ModelNotFound", f"Model {self._space}/{self._candidate} not found")
        return false("NoDeployableArtifact", f"Model {self._space}/{self._candidate} has no deployable artifact")

    async def _artifact(self) -> str:
        """The first deployable URI of the candidate's Model."""
        model = await self._client.find(MODELS, self._space, self._candidate)
        uris = ((model or {}).get("spec") or {}).get(self._of._spelling.deployable_artifact_uri) or []
        return uris[0] if uris else ""

    async def acquired(self) -> Outcome:
        if not self._server:
            return false("NoInferenceServer", "No inference server specified for deployment")
        try:
            server = await self._client.find(INFERENCE_SERVERS, self._space, self._server)
        except ApiError as error:
            return false("HealthCheckFailed", f"Failed to check health of inference server: {error}")
        if ((server or {}).get("status") or {}).get("state") != SERVING:
            return false("HealthCheckFailed", "Inference server is not healthy")
        return await self._triton_up()

    async def _triton_up(self) -> Outcome:
        """Whether the server's Triton is up: one that is decommissioned says that it serves, and has none."""
        name = triton_name(self._server)
        triton = await self._client.find(APPS_DEPLOYMENTS, self._space, name)
        if triton is None:
            text = f'failed to get deployment {self._space}/{name}: deployments.apps "{name}" not found'
            return false("HealthCheckFailed", f"Failed to check health of inference server: {text}")
        if triton_state(triton) != "SERVING":
            return false("HealthCheckFailed", "Inference server is not healthy")
        return DONE

    async def rolled_out(self) -> Outcome:
        listed = models_of(await self._of.config(self._space, self._server))
        if self._candidate not in {entry["name"] for entry in listed}:
            return false("RollingRolloutNotStarted", "Rolling rollout has not started")
        if self._of._triton.ready(self._space, self._server, self._candidate):
            self._of._loading.pop(self._loading_key, None)
            return DONE
        return pending("RollingRolloutPending", "Rolling rollout is in progress")

    async def roll_out(self) -> Outcome:
        """Put the candidate on the model list, then wait for Triton."""
        config = await self._of.config(self._space, self._server)
        listed = models_of(config)
        if config is None:
            name = config_name(self._server)
            text = f'failed to get ConfigMap {self._space}/{name}: configmaps "{name}" not found'
            return false("ModelLoadingFailed", f"Failed to update deployment: {text}")
        now, key = self._of._now(), self._loading_key
        if self._candidate not in {entry["name"] for entry in listed}:
            uri = await self._artifact()
            entry = {"name": self._candidate, "storage_path": uri, "deployment_name": self._name}
            try:
                await self._client.update(CONFIG_MAPS, with_models(config, [*listed, entry]))
            except ApiError as error:
                if error.reason != "Conflict":
                    return false("ModelLoadingFailed", f"Failed to update deployment: {error}")
            self._of._loading[key] = now
            return pending("RollingRolloutPending", "Rolling rollout is in progress").marked()
        waited = (now - self._of._loading.setdefault(key, now)).total_seconds()
        if waited > self._of._timings.model_health:
            self._of._loading.pop(key, None)
            return false("ModelHealthCheckTimeout", f"Model {self._candidate} health check timed out after 10 minutes")
        return pending("RollingRolloutPending", "Rolling rollout is in progress")

    async def routed(self) -> Outcome:
        try:
            route = await self._client.find(HTTP_ROUTES, self._space, route_name(self._name))
        except ApiError as error:
            return false("CheckDeploymentRouteStatusFailed", f"Failed to check deployment route status: {error}")
        wanted = http_route(self._deployment, self._server, self._candidate)
        if route is not None and route["spec"] == wanted["spec"]:
            return DONE
        return false("DeploymentRouteNotConfigured", "Deployment route is not configured")

    async def route(self) -> Outcome:
        if not self._server:
            return false("MissingInferenceServer", "Inference server is not specified for deployment")
        wanted = http_route(self._deployment, self._server, self._candidate)
        try:
            await self._client.apply(HTTP_ROUTES, wanted, "deployment")
        except ApiError as error:
            return false("AddDeploymentRouteFailed", f"Failed to add deployment route: {error}")
        return DONE

    async def old_gone(self) -> Outcome:
        for model in await self._others():
            return false("CleanupPending", f"Old model {model} still loaded, cleanup needed")
        return DONE

    async def remove_old(self) -> Outcome:
        for model in await self._others():
            try:
                await self._remove(model)
            except ApiError as error:
                return false("ModelRemovalFailed", f"Failed to remove model {model}: {error}")
        return DONE

    async def _listed(self) -> list[str]:
        """The models on the list that are this Deployment's: that it put there, or that it names."""
        listed = models_of(await self._of.config(self._space, self._server))
        named = (self._current, self._candidate)
        return [
            entry["name"]
            for entry in listed
            if entry.get("deployment_name", self._name if entry["name"] in named else "") == self._name
        ]

    async def _others(self) -> list[str]:
        """The models that it still has on the list, the candidate apart: the current one, and what failed before."""
        return [name for name in await self._listed() if name != self._candidate]

    async def completed(self) -> Outcome:
        return DONE if self._completed else pending("CompletionTasksPending", "Rollout completion tasks are pending")

    async def complete(self) -> Outcome:
        self._completed = True
        return DONE

    async def cleaned(self) -> Outcome:
        for model in await self._listed():
            return false("ModelStillExistsInInferenceServer", f"Model {model} still exists in Inference Server")
        if await self._client.find(HTTP_ROUTES, self._space, route_name(self._name)) is not None:
            return false("DeploymentRouteStillExists", f"Cleanup required: DeploymentRoute {self._name} still exists")
        return DONE

    async def clean(self) -> Outcome:
        self._of._loading.pop(self._loading_key, None)
        for model in await self._listed():
            try:
                await self._remove(model)
            except ApiError as error:
                return false("ModelUnloadingFailed", f"Failed to unload model {model}: {error}")
        try:
            await self._client.delete(HTTP_ROUTES, self._space, route_name(self._name))
        except ApiError as error:
            return false("DeploymentRouteDeletionFailed", f"Failed to delete deployment route: {error}")
        return DONE

    async def rolled_back(self) -> Outcome:
        listed = {entry["name"] for entry in models_of(await self._of.config(self._space, self._server))}
        if self._candidate and self._candidate != self._current and self._candidate in listed:
            return false(
                "ModelStillExistsInModelConfig", f"Candidate Model {self._candidate} still exists in model config"
            )
        return DONE

    async def roll_back(self) -> Outcome:
        self._of._loading.pop(self._loading_key, None)
        try:
            await self._remove(self._candidate)
        except ApiError as error:
            return false("RemoveCandidateModelFromModelConfigFailed", str(error))
        return DONE

    async def steady(self) -> Outcome:
        healthy = await self.acquired()
        if healthy != DONE:
            return healthy
        if self._current and not self._of._triton.ready(self._space, self._server, self._current):
            return false("ModelHealthCheckFailed", "Model is not ready")
        return DONE

    async def _remove(self, model: str) -> None:
        """Take a model off the list, unless another Deployment put it there. Raises ApiError."""
        config = await self._of.config(self._space, self._server)
        if config is None:
            return
        listed = models_of(config)
        rest = [
            entry
            for entry in listed
            if entry["name"] != model or entry.get("deployment_name", self._name) != self._name
        ]
        if rest != listed:
            await self._client.update(CONFIG_MAPS, with_models(config, rest))
