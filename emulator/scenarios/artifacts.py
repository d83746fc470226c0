"""A scenario's model: a few bytes, registered as a user registers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from emulator import running
from emulator.control import ControlError
from emulator.michelangelo.layer import S3Access
from emulator.michelangelo.registration import Registrar, Registration, RegistrationError, StoreAccess
from emulator.michelangelo.resources import CONFIG_MAPS, MODELS
from emulator.registration import note
from emulator.scenarios.scenario import Look, Verdict
from emulator.scenarios.stage import MODEL, Place, Stage

TASK_CONFIG = "michelangelo-config"  # the ConfigMap that task pods take their environment from
WEIGHTS: Mapping[str, bytes] = {"weights.json": json.dumps({"weights": [0.1, 0.9]}).encode()}


def register(stage: Stage, files: Mapping[str, bytes] = WEIGHTS) -> str:
    """Register the model at the plane, as ``ma-emulator register`` does; why it failed, or nothing. Raises ValueError."""
    shown = f"{stage.namespace}/{MODEL}"
    with tempfile.TemporaryDirectory(prefix="ma-scenario-") as folder:
        _write(Path(folder), files)
        try:
            running.control(stage.doors).call("register", name=MODEL, namespace=stage.namespace, artifact=folder)
        except ControlError as error:
            stage.say(f"registered {shown}, which failed: {error}")
            return str(error)
    stage.say(f"registered {shown}")
    return ""


def complete(stage: Stage, files: Mapping[str, bytes] = WEIGHTS) -> None:
    """Register a model whose registration has to succeed. Raises OSError, ValueError."""
    why = register(stage, files)
    if why:
        raise OSError(f"registering {stage.namespace}/{MODEL} failed: {why}")


def access(stage: Stage) -> StoreAccess:
    """The plane's store, with keys that may do everything."""
    doors = stage.doors
    keys = (doors.s3_access_key_id, doors.s3_secret_access_key, doors.s3_session_token)
    return StoreAccess(doors.s3_endpoint, doors.models_bucket, doors.s3_region, *keys)


def s3(stage: Stage) -> Any:
    """A boto3 client of the plane's store, with the same keys."""
    store = access(stage)
    keys = (store.access_key_id, store.secret_access_key)
    return S3Access(store.endpoint_url, *keys, store.region, store.session_token).client()


def put(stage: Stage, prefix: str, files: Mapping[str, bytes]) -> str:
    """Put files beneath a prefix of the models bucket; its URI."""
    uri = access(stage).upload(prefix, list(files.items()))
    stage.say(f"put {', '.join(files)} beneath {uri}")
    return uri


def clear(client: Any, bucket: str, prefix: str = "") -> None:
    """Delete a scenario's objects: what is beneath a prefix of a bucket."""
    for item in client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ()):
        client.delete_object(Bucket=bucket, Key=item["Key"])


async def remove(stage: Stage) -> None:
    """Delete the model's objects, and then the model. Raises ApiError, TimeoutError."""
    store, bucket = s3(stage), stage.doors.models_bucket
    spelling = stage.spelling
    fields = (spelling.model_artifact_uri, spelling.deployable_artifact_uri)
    uris = [uri for name in fields for uri in await stage.uris(name)]
    for uri in uris:
        clear(store, bucket, f"{uri.removeprefix(f's3://{bucket}/')}/")
    await stage.remove(MODELS, MODEL)


async def configure(stage: Stage, endpoint: str = "", file_system: str = "") -> None:
    """Apply the task pods' configuration: the plane's store, unless said otherwise. Raises ApiError."""
    doors = stage.doors
    data = {
        "MA_FILE_SYSTEM": file_system or f"s3://{doors.models_bucket}",
        "AWS_ENDPOINT_URL": endpoint or doors.s3_endpoint,
    }
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": TASK_CONFIG}, "data": data}
    await stage.apply(CONFIG_MAPS, config)
    stage.say(f"{TASK_CONFIG} says {', '.join(f'{name}={value}' for name, value in data.items())}")


async def register_as(stage: Stage, store: StoreAccess, why: str) -> None:
    """Register as a task whose store is this one: *why* says what is odd about it. Failure is what is expected."""
    with tempfile.TemporaryDirectory(prefix="ma-scenario-") as folder:
        _write(Path(folder), WEIGHTS)
        registrar = Registrar(
            stage.client,
            stage.spelling,
            store,
            store,
            stage.doors.artifact_layout,
            lambda line: note(Path(stage.doors.folder), line),
        )
        try:
            await registrar.register(Registration(MODEL, stage.namespace, Path(folder)))
        except RegistrationError as error:
            stage.say(f"registered {stage.namespace}/{MODEL} {why}, which failed: {error}")
        else:
            stage.say(f"registered {stage.namespace}/{MODEL} {why}")


def elsewhere(store: StoreAccess, **changes: str) -> StoreAccess:
    """The store with another endpoint, bucket or key."""
    return replace(store, **changes)


def empty(place: Place, field: str) -> Look:
    """Shows that a URI field of the Model is empty: the guide's command prints nothing."""
    return Look(f"""test -z "$({_read(place.namespace, field)})" && echo empty""", "empty")


async def filled(stage: Stage, verdict: Verdict, field: str) -> None:
    """Add whether a URI field of the Model is filled. Raises ApiError."""
    uris = await stage.uris(field)
    verdict.see(bool(uris), _read(stage.namespace, field), ", ".join(uris) or "empty")


def _read(namespace: str, field: str) -> str:
    return f"kubectl get model {MODEL} -n {namespace} -o jsonpath='{{.spec.{field}}}'"


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)
