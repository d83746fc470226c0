"""An InferenceServer's manifest has the lower-case word triton as its backend type, and is refused."""

from __future__ import annotations

import yaml

from emulator.michelangelo.client import ApiError, Object
from emulator.michelangelo.resources import CONFIG_MAPS, INFERENCE_SERVERS
from emulator.scenarios import serving
from emulator.scenarios.scenario import Look, Scenario
from emulator.scenarios.stage import SERVER, Place, Stage
from emulator.troubleshooting import LOWER_CASE_BACKEND

NAME = "lower-case-backend-type"
FILE = "inferenceserver.yaml"
MANIFESTS = "ci-manifests"  # the ConfigMap that a pipeline would deploy from


def looks(place: Place) -> list[Look]:
    """How it is seen: nothing is stored, so nothing serves."""
    refused = f'The InferenceServer "{SERVER}" is invalid: spec.backendType: Unsupported value: "triton"'
    missing = f'Error from server (NotFound): inferenceservers.michelangelo.api "{SERVER}" not found'
    return [
        Look(f"kubectl apply -f {place.file(FILE)}", refused, 1),
        Look(f"kubectl get inferenceserver {SERVER} -n {place.namespace}", missing, 1),
    ]


def _manifest(stage: Stage, backend: str) -> Object:
    obj = serving.manifest()
    obj["metadata"]["namespace"] = stage.namespace
    obj["spec"]["backendType"] = backend
    return obj


async def start(stage: Stage) -> None:
    """Apply a manifest with the wrong word; a pipeline's ConfigMap keeps it."""
    await stage.remove(INFERENCE_SERVERS, SERVER)
    obj = _manifest(stage, "triton")
    await _keep(stage, obj)
    try:
        await stage.client.create(INFERENCE_SERVERS, obj)
    except ApiError as error:
        stage.say(f"applied it, which was refused: {error}")


async def fix(stage: Stage) -> None:
    """Use BACKEND_TYPE_TRITON."""
    obj = _manifest(stage, "BACKEND_TYPE_TRITON")
    await _keep(stage, obj)
    await stage.apply(INFERENCE_SERVERS, obj)
    await serving.reach(stage, serving.SERVING)


async def _keep(stage: Stage, obj: Object) -> None:
    text = yaml.safe_dump(obj, sort_keys=False)
    stage.write(FILE, text)
    await stage.apply(
        CONFIG_MAPS,
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": MANIFESTS}, "data": {FILE: text}},
    )


SCENARIO = Scenario(
    NAME,
    "An InferenceServer's backend type is the lower-case word triton: it is refused, and nothing serves.",
    LOWER_CASE_BACKEND,
    looks,
    start,
    fix,
    serving.serves,
)
