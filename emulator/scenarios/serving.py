"""A scenario's server: the guide's InferenceServer, and waiting for it."""

from __future__ import annotations

import yaml

from emulator import fixtures
from emulator.michelangelo.client import Object
from emulator.michelangelo.resources import INFERENCE_SERVERS
from emulator.scenarios.scenario import Verdict
from emulator.scenarios.stage import SERVER, Stage

SERVING = "INFERENCE_SERVER_STATE_SERVING"
FAILED = "INFERENCE_SERVER_STATE_FAILED"


def manifest() -> Object:
    """The guide's InferenceServer, in no namespace."""
    obj: Object = yaml.safe_load(fixtures.path("manifests", "guide", "inferenceserver.yaml").read_text())
    del obj["metadata"]["namespace"]
    return obj


async def state(stage: Stage, name: str = SERVER) -> str:
    """A server's state; empty when it is not there, or has none yet. Raises ApiError."""
    server = await stage.client.find(INFERENCE_SERVERS, stage.namespace, name)
    return str(((server or {}).get("status") or {}).get("state") or "")


async def serve(stage: Stage) -> None:
    """Apply the server and wait until it serves. Raises ApiError, TimeoutError."""
    await stage.apply(INFERENCE_SERVERS, manifest())
    await reach(stage, SERVING)


async def reach(stage: Stage, wanted: str) -> None:
    """Wait for a state. Raises ApiError, TimeoutError."""
    await stage.until(lambda: state(stage), lambda found: found == wanted)
    stage.say(f"InferenceServer {stage.namespace}/{SERVER} is {wanted}")


async def serves(stage: Stage) -> Verdict:
    """Whether the server serves. Raises ApiError."""
    verdict = Verdict()
    found = await state(stage)
    asked = f"kubectl get inferenceserver {SERVER} -n {stage.namespace} -o jsonpath='{{.status.state}}'"
    verdict.see(found == SERVING, asked, found or "NotFound")
    return verdict
