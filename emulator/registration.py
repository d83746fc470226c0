"""Registers models at the plane of the environment (``ma-emulator exec``, ``env``): the library behind ``ma-emulator register``.

    from emulator.registration import register

    model = register("fraud-detector", "ml-team", "model/", package="triton")
    print(model["spec"]["deployable_artifact_uri"])

Elsewhere than at a plane of ours (a cluster and a store that the same variables name) it acts as who the environment says.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator import running
from emulator.michelangelo.client import KubeClient, Object
from emulator.michelangelo.kubeconfig import access as kube_access
from emulator.michelangelo.registration import (
    RefusedError,
    Registrar,
    Registration,
    RegistrationError,
    StoreAccess,
)
from emulator.michelangelo.registration.layout import DEFAULT as DEFAULT_LAYOUT
from emulator.michelangelo.resources import DEFINITIONS
from emulator.michelangelo.spelling import SPELLINGS

__all__ = ["RefusedError", "Registration", "RegistrationError", "register"]
VARIABLES = ("KUBECONFIG", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "MODELS_BUCKET")


def register(name: str, namespace: str, artifact: str | os.PathLike[str], *, layout: str = "", **words: Any) -> Object:
    """Register a model's files; the answer is the Model. *words* are Registration's other fields.

    Raises ValueError when what is asked makes no sense, or no plane is in the environment; RegistrationError when a step failed.
    """
    return run(Registration(name, namespace, Path(artifact), **words), layout)


def run(registration: Registration, layout: str = "") -> Object:
    """Carry out a registration, as ``register``."""
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if missing:
        raise ValueError(
            f'{", ".join(missing)} not set: run inside `ma-emulator exec -- ...`, or first `eval "$(ma-emulator env)"`'
        )
    return asyncio.run(_register(registration, layout or os.environ.get("MA_ARTIFACT_LAYOUT") or DEFAULT_LAYOUT))


async def _register(registration: Registration, layout: str) -> Object:
    client = KubeClient(kube_access(Path(os.environ["KUBECONFIG"].partition(os.pathsep)[0])), "ma-emulator")
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
        note(Path(folder), line)


def note(folder: Path, line: str) -> None:
    """A line of the controller manager's log in a plane's folder."""
    with (folder / "controller-manager.log").open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")


async def dialect_of(client: KubeClient) -> str:
    """The dialect of the Model CRD on a cluster. Raises RegistrationError when there is none."""
    crd = await client.find(DEFINITIONS, "", "models.michelangelo.api")
    if crd is None:
        raise RegistrationError("models.michelangelo.api is not installed on this cluster")
    properties = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return "upstream" if "modelArtifactUri" in properties else "guide"
