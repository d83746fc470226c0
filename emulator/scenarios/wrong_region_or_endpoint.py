"""Task pods are configured with an S3 endpoint at which nothing answers."""

from __future__ import annotations

from emulator.michelangelo.resources import CONFIG_MAPS
from emulator.scenarios import artifacts
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import MODEL, Place, Stage
from emulator.troubleshooting import WRONG_ENDPOINT

NAME = "wrong-region-or-endpoint"
NOWHERE = "http://127.0.0.1:9"  # the port of the discard service: nothing listens


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    shown = f"kubectl get configmap michelangelo-config -n {place.namespace} -o jsonpath='{{.data.AWS_ENDPOINT_URL}}'"
    return [
        Look(f"kubectl describe model {MODEL} -n {place.namespace}", "Could not connect to the endpoint URL"),
        Look(shown, NOWHERE),
        artifacts.empty(place, place.spelling.model_artifact_uri),
    ]


async def start(stage: Stage) -> None:
    """Configure task pods with another endpoint, and register."""
    await artifacts.configure(stage, endpoint=NOWHERE)
    store = artifacts.elsewhere(artifacts.access(stage), endpoint_url=NOWHERE)
    await artifacts.register_as(stage, store, f"at {NOWHERE}")


async def fix(stage: Stage) -> None:
    """Correct the endpoint, and register again."""
    await artifacts.configure(stage)
    artifacts.complete(stage)


async def verify(stage: Stage) -> Verdict:
    """Whether the endpoint is the store's, and the field is filled."""
    verdict = Verdict()
    config = await stage.client.find(CONFIG_MAPS, stage.namespace, artifacts.TASK_CONFIG)
    endpoint = ((config or {}).get("data") or {}).get("AWS_ENDPOINT_URL", "")
    asked = (
        f"kubectl get configmap {artifacts.TASK_CONFIG} -n {stage.namespace} -o jsonpath='{{.data.AWS_ENDPOINT_URL}}'"
    )
    verdict.see(endpoint == stage.doors.s3_endpoint, asked, endpoint or "empty")
    await artifacts.filled(stage, verdict, stage.spelling.model_artifact_uri)
    return verdict


SCENARIO = Scenario(
    NAME,
    "Task pods are configured with an S3 endpoint at which nothing answers.",
    WRONG_ENDPOINT,
    looks,
    start,
    fix,
    verify,
)
