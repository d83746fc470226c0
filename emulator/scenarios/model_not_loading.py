"""A Model names a package that is not in the bucket: Triton cannot load it, and its rollout does not complete."""

from __future__ import annotations

from emulator.michelangelo.client import Object
from emulator.michelangelo.controllers.serving_objects import config_name
from emulator.michelangelo.resources import DEPLOYMENTS, MODELS
from emulator.scenarios import artifacts, serving
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import MODEL, SERVER, Place, Stage, michelangelo
from emulator.troubleshooting import NOT_LOADING

NAME = "model-not-loading"
COMPLETE = "DEPLOYMENT_STAGE_ROLLOUT_COMPLETE"


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    key = "{.data.model-list\\.json}"
    return [
        Look(
            f"kubectl get deployments.michelangelo.api {MODEL} -n {place.namespace} -o jsonpath='{{.status.stage}}'",
            "DEPLOYMENT_STAGE_",
        ),
        Look(
            f"kubectl get configmap {config_name(SERVER)} -n {place.namespace} -o jsonpath='{key}'",
            _uri(place),
        ),
        Look(
            f'curl -s -X POST "$MA_TRITON/{place.namespace}/{SERVER}/v2/repository/index"',
            f"no object beneath {_uri(place)}",
        ),
    ]


def _prefix(place: Place) -> str:
    return f"{place.namespace}/{MODEL}/1/deployable"


def _uri(place: Place) -> str:
    return f"s3://{place.bucket}/{_prefix(place)}"


async def start(stage: Stage) -> None:
    """Serve, name a package that is not there, and roll it out."""
    await serving.serve(stage)
    artifacts.clear(artifacts.s3(stage), stage.doors.models_bucket, f"{_prefix(stage.place)}/")
    await stage.apply(MODELS, michelangelo("Model", MODEL, _spec(stage)))
    await _roll_out(stage)
    await stage.until(lambda: _stage(stage), lambda found: found not in ("", COMPLETE))


def _spec(stage: Stage) -> Object:
    spelling = stage.spelling
    raw = artifacts.put(stage, f"{stage.namespace}/{MODEL}/1/raw", artifacts.WEIGHTS)
    return {
        "kind": "MODEL_KIND_CUSTOM",
        spelling.package_type: "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON",
        spelling.revision_id: 1,
        spelling.model_artifact_uri: [raw],
        spelling.deployable_artifact_uri: [_uri(stage.place)],
    }


async def _roll_out(stage: Stage) -> None:
    """Roll the Model out anew: a rollout that has failed is not tried again."""
    if await stage.client.find(DEPLOYMENTS, stage.namespace, MODEL) is not None:
        await stage.remove(DEPLOYMENTS, MODEL)
    target = {"name": SERVER, "namespace": stage.namespace}
    revision = {"name": MODEL, "namespace": stage.namespace}
    spec = {
        "inferenceServer": target,
        "desiredRevision": revision,
        "strategy": {"rolling": {"incrementPercentage": 100}},
    }
    await stage.apply(DEPLOYMENTS, michelangelo("Deployment", MODEL, spec))


async def _stage(stage: Stage) -> str:
    deployment = await stage.client.find(DEPLOYMENTS, stage.namespace, MODEL)
    return str(((deployment or {}).get("status") or {}).get("stage") or "")


async def fix(stage: Stage) -> None:
    """Put the package where the Model says, and roll out again."""
    files = {"config.pbtxt": b'name: "fraud-detector-1"\nbackend: "python"\n', "1/model.py": b"# predicts\n"}
    artifacts.put(stage, _prefix(stage.place), files)
    await _roll_out(stage)
    await stage.until(lambda: _stage(stage), lambda found: found == COMPLETE)
    stage.say(f"the rollout of {stage.namespace}/{MODEL} is complete")


async def verify(stage: Stage) -> Verdict:
    """Whether the rollout is complete."""
    verdict = Verdict()
    found = await _stage(stage)
    asked = f"kubectl get deployments.michelangelo.api {MODEL} -n {stage.namespace} -o jsonpath='{{.status.stage}}'"
    verdict.see(found == COMPLETE, asked, found or "NotFound")
    return verdict


SCENARIO = Scenario(
    NAME,
    "A Model names a package that is not in the bucket: its rollout does not complete.",
    NOT_LOADING,
    looks,
    start,
    fix,
    verify,
)
