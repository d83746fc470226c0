"""Packaging fails: raw artifacts are there, a package is not."""

from __future__ import annotations

from emulator.scenarios import artifacts
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import MODEL, Place, Stage
from emulator.troubleshooting import DEPLOYABLE_URI_EMPTY

NAME = "packaging-did-not-run"
TWO = {"first.onnx": b"one model", "second.onnx": b"another"}  # which no package holds


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    spelling = place.spelling
    raw = f"kubectl get model {MODEL} -n {place.namespace} -o jsonpath='{{.spec.{spelling.model_artifact_uri}}}'"
    return [
        artifacts.empty(place, spelling.deployable_artifact_uri),
        Look(raw, "s3://"),
        Look(f"kubectl describe model {MODEL} -n {place.namespace}", "PackagingFailed"),
        Look("ma-emulator logs controller-manager", f"{place.namespace}/{MODEL}: PackagingFailed"),
    ]


async def start(stage: Stage) -> None:
    """Register an artifact that cannot be packaged: two models in one."""
    artifacts.register(stage, TWO)


async def fix(stage: Stage) -> None:
    """Inspect the logs, and register what can be packaged."""
    stage.say("the log says why: several models in one package (ma-emulator logs controller-manager)")
    artifacts.complete(stage, {"first.onnx": TWO["first.onnx"]})


async def verify(stage: Stage) -> Verdict:
    """Whether the field is filled."""
    verdict = Verdict()
    await artifacts.filled(stage, verdict, stage.spelling.deployable_artifact_uri)
    return verdict


SCENARIO = Scenario(
    NAME,
    "A model's raw artifacts are uploaded, but packaging fails: nothing can be served.",
    DEPLOYABLE_URI_EMPTY,
    looks,
    start,
    fix,
    verify,
)
