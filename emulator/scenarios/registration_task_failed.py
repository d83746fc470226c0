"""The registration task failed: its credentials are none that the store knows."""

from __future__ import annotations

from emulator.scenarios import artifacts
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import MODEL, Place, Stage
from emulator.troubleshooting import RAW_URI_EMPTY

NAME = "registration-task-failed"
STALE_KEY = "AKIASTALESTALESTALE0"


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    return [
        artifacts.empty(place, place.spelling.model_artifact_uri),
        Look(f"kubectl describe model {MODEL} -n {place.namespace}", "InvalidAccessKeyId"),
        Look("ma-emulator logs controller-manager", f"{place.namespace}/{MODEL}: ArtifactUploadFailed"),
    ]


async def start(stage: Stage) -> None:
    """Register with an access key that was rotated away."""
    stale = artifacts.elsewhere(artifacts.access(stage), access_key_id=STALE_KEY)
    await artifacts.register_as(stage, stale, f"with the access key {STALE_KEY}, which the store does not know")


async def fix(stage: Stage) -> None:
    """Check the logs, and run the registration task again with keys that there are."""
    stage.say("the controller manager's log says InvalidAccessKeyId: ma-emulator logs controller-manager")
    artifacts.complete(stage)


async def verify(stage: Stage) -> Verdict:
    """Whether the field is filled."""
    verdict = Verdict()
    await artifacts.filled(stage, verdict, stage.spelling.model_artifact_uri)
    return verdict


SCENARIO = Scenario(
    NAME,
    "The registration task fails before it has uploaded anything: the Model's URIs stay empty.",
    RAW_URI_EMPTY,
    looks,
    start,
    fix,
    verify,
)
