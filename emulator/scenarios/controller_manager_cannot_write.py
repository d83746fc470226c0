"""The platform lacks write permission on the bucket: the policy of step 2 is not what it has."""

from __future__ import annotations

from emulator.scenarios import artifacts, policies
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import MODEL, Place, Stage
from emulator.troubleshooting import RAW_URI_EMPTY

NAME = "controller-manager-cannot-write"
WRITERS = (
    "controller-manager",
    "task",
)  # task pods have an identity of their own: the guide asks for equivalent rights


def sid(namespace: str) -> str:
    """The name of the statement that denies."""
    return "NoWritesIn" + "".join(char for char in namespace if char.isalnum())


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    return [
        artifacts.empty(place, place.spelling.model_artifact_uri),
        Look(f"kubectl describe model {MODEL} -n {place.namespace}", "AccessDenied"),
        Look("ma-emulator logs controller-manager", f"{place.namespace}/{MODEL}: ArtifactUploadFailed"),
    ]


async def start(stage: Stage) -> None:
    """Deny the platform's identities to write the namespace's artifacts, then register."""
    denial = policies.statement(stage.doors, stage.namespace, sid(stage.namespace))
    for identity in WRITERS:
        policies.deny(stage.doors, identity, denial)
        stage.say(f"denied {identity} s3:PutObject on {denial['Resource'][0]} (see ma-emulator s3-policy {identity})")
    artifacts.register(stage)


async def fix(stage: Stage) -> None:
    """Verify the IAM policy on the bucket: give back what step 2 asks for, and register again."""
    for identity in WRITERS:
        policies.allow(stage.doors, identity, sid(stage.namespace))
        stage.say(f"took the denial out of the policy of {identity}")
    artifacts.complete(stage)


async def verify(stage: Stage) -> Verdict:
    """Whether the identities may write, and the field is filled."""
    verdict = Verdict()
    for identity in WRITERS:
        denied = policies.has(stage.doors, identity, sid(stage.namespace))
        answer = f"s3:PutObject is {'denied' if denied else 'allowed'}"
        verdict.see(not denied, f"ma-emulator s3-policy {identity}", answer)
    await artifacts.filled(stage, verdict, stage.spelling.model_artifact_uri)
    return verdict


SCENARIO = Scenario(
    NAME,
    "The platform's identities may not write artifacts: an upload is denied, and the Model's URIs stay empty.",
    RAW_URI_EMPTY,
    looks,
    start,
    fix,
    verify,
)
