"""``ma-emulator register``: the plane's doors from the environment, one registration, and what came of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from emulator.michelangelo.client import KubeClient, Object
from emulator.michelangelo.kubeconfig import access
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
        model = asyncio.run(_register(registration))
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


async def _register(registration: Registration) -> Object:
    read = os.environ
    client = KubeClient(access(Path(read["KUBECONFIG"].partition(os.pathsep)[0])), "ma-emulator")
    store = StoreAccess(
        read["AWS_ENDPOINT_URL"],
        read["MODELS_BUCKET"],
        read.get("AWS_DEFAULT_REGION", "us-east-1"),
        read["AWS_ACCESS_KEY_ID"],
        read["AWS_SECRET_ACCESS_KEY"],
    )
    try:
        spelling = SPELLINGS[await dialect_of(client)]
        return await Registrar(client, spelling, store, store).register(registration)
    finally:
        await client.close()


async def dialect_of(client: KubeClient) -> str:
    """The dialect of the Model CRD on a cluster. Raises RegistrationError when there is none."""
    crd = await client.find(DEFINITIONS, "", "models.michelangelo.api")
    if crd is None:
        raise RegistrationError("models.michelangelo.api is not installed on this cluster")
    properties = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return "upstream" if "modelArtifactUri" in properties else "guide"
