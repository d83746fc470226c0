"""Nothing was registered yet: a team may read Models, and there are none."""

from __future__ import annotations

from emulator.michelangelo.resources import MODELS
from emulator.scenarios import acting, artifacts
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import Place, Stage
from emulator.troubleshooting import NONE_REGISTERED

NAME = "nothing-registered"


def looks(place: Place) -> list[Look]:
    """How it is seen."""
    return [
        Look(f"kubectl get models -n {place.namespace}", f"No resources found in {place.namespace} namespace."),
        Look("kubectl get crd models.michelangelo.api -o name", "customresourcedefinition"),
    ]


async def start(stage: Stage) -> None:
    """A namespace with the guide's Role and RoleBinding, and without Models."""
    await acting.grant(stage)
    for model in (await stage.client.list(MODELS, stage.namespace))["items"]:
        await stage.remove(MODELS, model["metadata"]["name"])


async def fix(stage: Stage) -> None:
    """Let a registration task run."""
    artifacts.complete(stage)


async def verify(stage: Stage) -> Verdict:
    """Whether the namespace has Models."""
    verdict = Verdict()
    names = [model["metadata"]["name"] for model in (await stage.client.list(MODELS, stage.namespace))["items"]]
    asked = f"kubectl get models -n {stage.namespace}"
    verdict.see(bool(names), asked, ", ".join(names) or f"No resources found in {stage.namespace} namespace.")
    return verdict


SCENARIO = Scenario(NAME, "No model is registered yet in a namespace.", NONE_REGISTERED, looks, start, fix, verify)
