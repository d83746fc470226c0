"""``ma-emulator register``: the plane's doors from the environment, one registration, and what came of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from emulator import running
from emulator.michelangelo.client import KubeClient, Object
from emulator.michelangelo.kubeconfig import access as kube_access
from emulator.michelangelo.registration import Registrar, Registration, RegistrationError
from emulator.michelangelo.registration.registrar import StoreAccess
from emulator.michelangelo.resources import DEFINITIONS
from emulator.michelangelo.spelling import SPELLINGS

VARIABLES = ("KUBECONFIG", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "MODELS_BUCKET")


def run(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Register what the flags say. Raises ValueError when something is missing; 1 when a step failed."""
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if missing:
        raise ValueError(
            f'{", ".join(missing)} not set: run inside `ma-emulator exec -- ...`, or first `eval "$(ma-emulator env)"`'
        )
    registration = Registration(
        name=options.model,
        namespace=options.namespace,
        artifact=options.artifact,
        package=options.package,
        revision=options.revision,
        kind=options.kind,
        owner=options.owner,
        description=options.description,
        algorithm=options.algorithm,
        training_framework=options.training_framework,
        schema=_schema(options.schema),
    )
    try:
        model = asyncio.run(_register(registration, options.layout))
    except RegistrationError as error:
        sys.stderr.write(f"ma-emulator: {error}\n")
        return 1
    spec = model["spec"]
    say(f"model.michelangelo.api/{registration.name} registered in {registration.namespace}")
    for name, value in spec.items():
        if name.lower().endswith("uri"):
            say(f"  {name}: {', '.join(value)}")
    return 0


def _schema(path: Path | None) -> Object | None:
    if path is None:
        return None
    try:
        schema: Object = json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    return schema


async def _register(registration: Registration, layout: str) -> Object:
    read = os.environ
    client = KubeClient(kube_access(Path(read["KUBECONFIG"].partition(os.pathsep)[0])), "ma-emulator")
    task, manager = _stores()
    try:
        spelling = SPELLINGS[await dialect_of(client)]
        return await Registrar(client, spelling, task, manager, layout, _note).register(registration)
    finally:
        await client.close()


def _stores() -> tuple[StoreAccess, StoreAccess]:
    """The store as the task and as the controller manager; elsewhere than at a plane of ours, as who the environment says."""
    given = {name: os.environ[name] for name in VARIABLES if name.startswith(("AWS_", "MODELS_"))}
    region = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")

    def access(variables: Mapping[str, str]) -> StoreAccess:
        endpoint, key_id, secret, bucket = (variables[name] for name in VARIABLES[1:])
        return StoreAccess(endpoint, bucket, region, key_id, secret)

    try:
        doors = running.current(None)
    except running.NotRunningError:
        return access(given), access(given)
    if doors.s3_endpoint != given["AWS_ENDPOINT_URL"]:
        return access(given), access(given)
    return access(doors.credentials("task")), access(doors.credentials("controller-manager"))


def _note(line: str) -> None:
    """A line of the controller manager's log, where the plane keeps one."""
    folder = os.environ.get("MA_PLANE")
    if folder and Path(folder).is_dir():
        with Path(folder, "controller-manager.log").open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")


async def dialect_of(client: KubeClient) -> str:
    """The dialect of the Model CRD on a cluster. Raises RegistrationError when there is none."""
    crd = await client.find(DEFINITIONS, "", "models.michelangelo.api")
    if crd is None:
        raise RegistrationError("models.michelangelo.api is not installed on this cluster")
    properties = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return "upstream" if "modelArtifactUri" in properties else "guide"
