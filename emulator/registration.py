"""Registers models at the plane of the environment (``ma-emulator exec``, ``env``): the library behind ``ma-emulator register``.

    from emulator.registration import register

    model = register("fraud-detector", "ml-team", "model/", package="triton")
    print(model["spec"]["deployable_artifact_uri"])

The plane does the work, by its control door. Elsewhere than at a plane of ours (a cluster and a store that the same variables name) it is
done here, as who the environment says.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator import artifact_layout as layouts
from emulator import running
from emulator.control import ControlClient, ControlError
from emulator.doors import Doors
from emulator.michelangelo.client import KubeClient, Object
from emulator.michelangelo.kubeconfig import access as kube_access
from emulator.michelangelo.registration import (
    RefusedError,
    Registrar,
    Registration,
    RegistrationError,
    StoreAccess,
)
from emulator.michelangelo.resources import DEFINITIONS
from emulator.michelangelo.spelling import SPELLINGS

__all__ = ["RefusedError", "Registration", "RegistrationError", "register"]
VARIABLES = ("KUBECONFIG", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "MODELS_BUCKET")
REGISTRATION_SECONDS = 3600.0  # a model is uploaded meanwhile


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
    registration.check()
    layout = layouts.checked(layout or os.environ.get("MA_ARTIFACT_LAYOUT") or layouts.DEFAULT)
    plane = _plane()
    return asyncio.run(_register(registration, layout)) if plane is None else _ask(plane, registration, layout)


def _plane() -> Doors | None:
    """The plane of the environment, unless the variables name another store than its own."""
    try:
        doors = running.current(None)
    except running.NotRunningError:
        return None
    return doors if doors.s3_endpoint == os.environ["AWS_ENDPOINT_URL"] else None


def _ask(plane: Doors, registration: Registration, layout: str) -> Object:
    values = {name: value for name, value in asdict(registration).items() if value not in (None, "", {})}
    values |= {"artifact": str(registration.artifact.resolve()), "layout": layout}
    try:
        model: Object = ControlClient(plane.control, plane.control_token, REGISTRATION_SECONDS).call(
            "register", **values
        )
    except ControlError as error:
        raise RegistrationError(str(error)) from None
    except ValueError as error:  # what can be seen from here has been checked
        raise RefusedError(str(error)) from None
    return model


async def _register(registration: Registration, layout: str) -> Object:
    client = KubeClient(kube_access(Path(os.environ["KUBECONFIG"].partition(os.pathsep)[0])), "ma-emulator")
    endpoint, key_id, secret, bucket = (os.environ[name] for name in VARIABLES[1:])
    session = os.environ.get("AWS_SESSION_TOKEN", "")
    store = StoreAccess(endpoint, bucket, os.environ.get("AWS_DEFAULT_REGION", "us-east-1"), key_id, secret, session)
    try:
        spelling = SPELLINGS[await dialect_of(client)]
        return await Registrar(client, spelling, store, store, layout).register(registration)
    finally:
        await client.close()


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
