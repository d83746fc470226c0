"""The definition of Model is not installed."""

from __future__ import annotations

import json

from emulator.michelangelo.client import ApiError
from emulator.michelangelo.install import install
from emulator.michelangelo.resources import DEFINITIONS, MODELS
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import Place, Stage
from emulator.troubleshooting import CRD_MISSING

NAME = "crd-missing"
CRD = "models.michelangelo.api"
KEPT = "models.json"  # the Models that went with the definition


def looks(place: Place) -> list[Look]:
    """How it is seen. kubectl keeps what it discovered in ``~/.kube/cache``; without that the message is the guide's."""
    missing = f'Error from server (NotFound): customresourcedefinitions.apiextensions.k8s.io "{CRD}" not found'
    return [
        Look(f"kubectl get crd {CRD}", missing, 1),
        Look(
            f"kubectl get models -n {place.namespace} --cache-dir $(mktemp -d)",
            'error: the server doesn\'t have a resource type "models"',
            1,
        ),
    ]


async def start(stage: Stage) -> None:
    """Delete the definition. Its Models go with it: they are kept in a file, and come back with the fix."""
    try:
        models = (await stage.client.list(MODELS))["items"]
    except ApiError as error:
        if error.code != 404:
            raise
        models = []
    if models:
        for model in models:
            for field in ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"):
                model["metadata"].pop(field, None)
        path = stage.write(KEPT, json.dumps({"apiVersion": "v1", "kind": "List", "items": models}, indent=1))
        stage.say(f"{len(models)} Models go with it: they are kept in {path}, and the fix puts them back")
    await stage.client.delete(DEFINITIONS, "", CRD)
    await stage.until(lambda: stage.client.find(DEFINITIONS, "", CRD), lambda found: found is None)
    stage.say(f"deleted crd/{CRD}")


async def fix(stage: Stage) -> None:
    """Re-run the installation of the definitions."""
    await install(stage.client, stage.place.dialect)
    stage.say(f"installed the definitions (dialect {stage.place.dialect})")
    path = stage.place.folder / KEPT
    if not path.is_file():
        return
    back = 0
    for model in json.loads(path.read_text(encoding="utf-8"))["items"]:
        try:
            await stage.client.create(MODELS, model)
            back += 1
        except ApiError as error:
            if error.reason not in ("AlreadyExists", "NotFound"):  # NotFound: its namespace is gone
                raise
    path.unlink()
    stage.say(f"put {back} Models back")


async def verify(stage: Stage) -> Verdict:
    """Whether the definition is there, and served."""
    verdict = Verdict()
    found = await stage.client.find(DEFINITIONS, "", CRD)
    verdict.see(found is not None, f"kubectl get crd {CRD}", "found" if found is not None else "NotFound")
    try:
        await stage.client.list(MODELS, stage.namespace)
        verdict.see(True, f"kubectl get models -n {stage.namespace}", "served")
    except ApiError as error:
        verdict.see(False, f"kubectl get models -n {stage.namespace}", str(error))
    return verdict


SCENARIO = Scenario(NAME, "The definition of Model is not installed.", CRD_MISSING, looks, start, fix, verify)
