"""A pipeline waits for a Ready condition on a Model, which there never is."""

from __future__ import annotations

from typing import Any

from emulator.michelangelo.client import Object, Resource
from emulator.scenarios import artifacts
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import MODEL, Place, Stage
from emulator.troubleshooting import WAIT_READY

NAME = "waiting-for-ready-on-a-model"
JOBS = Resource("batch", "v1", "jobs")
JOB, SCRIPT = "wait-for-model", "wait-for-model.sh"


def wrong(place: Place) -> str:
    """The command that waits in vain."""
    return f"kubectl wait --for=condition=Ready model/{MODEL} -n {place.namespace} --timeout=1s"


def right(place: Place) -> str:
    """The gate that the guide names: a first deployable URI."""
    gate = f"'{{.spec.{place.spelling.deployable_artifact_uri}[0]}}'"
    return f"kubectl wait --for=jsonpath={gate} model/{MODEL} -n {place.namespace} --timeout=30s"


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    late = f"error: timed out waiting for the condition on models/{MODEL}"
    return [Look(wrong(place), late, 1), Look(f"sh {place.file(SCRIPT)}", late, 1)]


async def start(stage: Stage) -> None:
    """Register a model, and let a script, and a Job of the namespace, wait for Ready."""
    if not await stage.uris(stage.spelling.deployable_artifact_uri):
        artifacts.complete(stage)
    await _gate(stage, wrong(stage.place))


async def fix(stage: Stage) -> None:
    """Wait for the first deployable URI instead."""
    await _gate(stage, right(stage.place))


async def _gate(stage: Stage, command: str) -> None:
    stage.write(SCRIPT, f"set -eu\n{command}\n")
    if await stage.client.find(JOBS, stage.namespace, JOB) is not None:
        await stage.remove(JOBS, JOB)  # a Job's template cannot be changed
    await stage.apply(JOBS, _job(command))


def _job(command: str) -> Object:
    container: dict[str, Any] = {"name": "wait", "image": "bitnami/kubectl", "command": ["sh", "-c", command]}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": JOB}, "spec": {"template": template}}


async def verify(stage: Stage) -> Verdict:
    """Whether the pipeline waits for something that comes, and it is there."""
    verdict = Verdict()
    job = await stage.client.find(JOBS, stage.namespace, JOB)
    command = "" if job is None else str(job["spec"]["template"]["spec"]["containers"][0]["command"][-1])
    asked = f"kubectl get job {JOB} -n {stage.namespace} -o jsonpath='{{..command}}'"
    verdict.see("condition=Ready" not in command and bool(command), asked, command or "NotFound")
    await artifacts.filled(stage, verdict, stage.spelling.deployable_artifact_uri)
    return verdict


SCENARIO = Scenario(
    NAME,
    "A pipeline waits for a Ready condition on a Model, which never comes.",
    WAIT_READY,
    looks,
    start,
    fix,
    verify,
)
