"""The bucket that task pods are configured with does not exist."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from emulator.michelangelo.resources import CONFIG_MAPS
from emulator.scenarios import artifacts
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import MODEL, Place, Stage
from emulator.troubleshooting import BUCKET_MISSING

NAME = "bucket-missing"


def bucket(namespace: str) -> str:
    """The bucket that is missing. Bucket names have 63 characters at most."""
    return f"{namespace}-scenario-models"[-63:].lstrip("-")


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    shown = f"kubectl get configmap michelangelo-config -n {place.namespace} -o jsonpath='{{.data.MA_FILE_SYSTEM}}'"
    return [
        Look(f"kubectl describe model {MODEL} -n {place.namespace}", "NoSuchBucket"),
        Look(shown, f"s3://{bucket(place.namespace)}"),
        artifacts.empty(place, place.spelling.model_artifact_uri),
    ]


async def start(stage: Stage) -> None:
    """Configure task pods with a bucket that is not there, and register."""
    name = bucket(stage.namespace)
    if _there(stage, name):
        _remove(stage, name)
    await artifacts.configure(stage, file_system=f"s3://{name}")
    store = artifacts.elsewhere(artifacts.access(stage), bucket=name)
    await artifacts.register_as(stage, store, f"with the bucket {name}")


async def fix(stage: Stage) -> None:
    """Create the bucket, and register again."""
    name = bucket(stage.namespace)
    if not _there(stage, name):
        _client(stage).create_bucket(Bucket=name)
        stage.say(f"created bucket {name}")
    store = artifacts.elsewhere(artifacts.access(stage), bucket=name)
    await artifacts.register_as(stage, store, f"with the bucket {name}")


async def verify(stage: Stage) -> Verdict:
    """Whether the bucket is there, and the field is filled."""
    verdict = Verdict()
    config = await stage.client.find(CONFIG_MAPS, stage.namespace, artifacts.TASK_CONFIG)
    name = ((config or {}).get("data") or {}).get("MA_FILE_SYSTEM", "").removeprefix("s3://").partition("/")[0]
    there = _there(stage, name) if name else False
    verdict.see(there, f"aws s3api head-bucket --bucket {name}", "there" if there else "NoSuchBucket")
    await artifacts.filled(stage, verdict, stage.spelling.model_artifact_uri)
    return verdict


def _client(stage: Stage) -> Any:
    return artifacts.s3(stage)


def _there(stage: Stage, name: str) -> bool:
    try:
        _client(stage).head_bucket(Bucket=name)
    except ClientError:
        return False
    return True


def _remove(stage: Stage, name: str) -> None:
    """Delete the scenario's own bucket, with what is in it."""
    client = _client(stage)
    artifacts.clear(client, name)
    client.delete_bucket(Bucket=name)
    stage.say(f"deleted bucket {name}")


SCENARIO = Scenario(
    NAME, "The bucket that task pods are configured with does not exist.", BUCKET_MISSING, looks, start, fix, verify
)
