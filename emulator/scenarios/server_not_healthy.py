"""An InferenceServer whose Triton has no Pods."""

from __future__ import annotations

from emulator.michelangelo.client import MERGE
from emulator.michelangelo.controllers.serving_objects import triton_name
from emulator.michelangelo.resources import APPS_DEPLOYMENTS
from emulator.scenarios import serving
from emulator.scenarios.scenario import Look, Scenario
from emulator.scenarios.stage import SERVER, Place, Stage
from emulator.troubleshooting import SERVER_UNHEALTHY

NAME = "server-not-healthy"


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    get = f"kubectl get inferenceserver {SERVER} -n {place.namespace} -o jsonpath="
    return [
        Look(f"{get}'{{.status.state}}'", serving.FAILED),
        Look(f"{get}'{{.status.conditions[?(@.type==\"HealthCheck\")].reason}}'", "Server is not healthy"),
        Look(f"kubectl get deployment.apps {triton_name(SERVER)} -n {place.namespace}", "0/0"),
    ]


async def _scale(stage: Stage, replicas: int) -> None:
    name = triton_name(SERVER)
    path = APPS_DEPLOYMENTS.path(stage.namespace, name, "scale")
    await stage.client.request("PATCH", path, {"spec": {"replicas": replicas}}, content_type=MERGE)
    stage.say(f"scaled deployment.apps/{name} in {stage.namespace} to {replicas}")


async def start(stage: Stage) -> None:
    """Let a server come up, then take its Pods away."""
    await serving.serve(stage)
    await _scale(stage, 0)
    await serving.reach(stage, serving.FAILED)


async def fix(stage: Stage) -> None:
    """Give the Deployment its Pods back."""
    await _scale(stage, 1)
    await serving.reach(stage, serving.SERVING)


SCENARIO = Scenario(
    NAME,
    "An InferenceServer is not healthy: its Triton has no Pods.",
    SERVER_UNHEALTHY,
    looks,
    start,
    fix,
    serving.serves,
)
