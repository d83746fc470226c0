"""The model was registered in another namespace than the one that is looked at."""

from __future__ import annotations

from dataclasses import replace

from emulator.michelangelo.resources import MODELS
from emulator.scenarios import acting, artifacts, nothing_registered
from emulator.scenarios.scenario import Look, Scenario
from emulator.scenarios.stage import Place, Stage
from emulator.troubleshooting import NONE_REGISTERED

NAME = "wrong-namespace"


def other(namespace: str) -> str:
    """Where the model is."""
    return f"{namespace}-other"


def looks(place: Place) -> list[Look]:
    """How it is seen, and where the Model is."""
    return [
        Look(f"kubectl get models -n {place.namespace}", f"No resources found in {place.namespace} namespace."),
        Look("kubectl get models -A", other(place.namespace)),
    ]


def _elsewhere(stage: Stage) -> Stage:
    """The stage of the other namespace."""
    return replace(stage, place=replace(stage.place, namespace=other(stage.namespace)))


async def start(stage: Stage) -> None:
    """Register in another namespace; the namespace itself has readers, and no Models."""
    elsewhere = _elsewhere(stage)
    if await elsewhere.belongs_to_others():
        raise ValueError(
            f"namespace {elsewhere.namespace} has Models or InferenceServers of its own: choose another with -n"
        )
    await elsewhere.make_namespace()
    artifacts.complete(elsewhere)
    await acting.grant(stage)
    for model in (await stage.client.list(MODELS, stage.namespace))["items"]:
        await stage.remove(MODELS, model["metadata"]["name"])


async def fix(stage: Stage) -> None:
    """Check the namespace, register in the right one, and leave nothing in the wrong one."""
    where = [item["metadata"]["namespace"] for item in (await stage.client.list(MODELS))["items"]]
    stage.say(f"Models are in {', '.join(sorted(set(where))) or 'no namespace'}")
    artifacts.complete(stage)
    elsewhere = _elsewhere(stage)
    await artifacts.remove(elsewhere)
    await elsewhere.leave()


SCENARIO = Scenario(
    NAME,
    "The model is registered in another namespace than the one that is looked at.",
    NONE_REGISTERED,
    looks,
    start,
    fix,
    nothing_registered.verify,
)
