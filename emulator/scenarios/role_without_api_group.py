"""A reader's Role names no API group, and grants nothing on Models."""

from __future__ import annotations

from emulator.michelangelo.resources import GROUP, MODELS
from emulator.scenarios import acting, artifacts
from emulator.scenarios.scenario import Look, Scenario, Verdict
from emulator.scenarios.stage import MODEL, Place, Stage
from emulator.troubleshooting import API_GROUP

NAME = "role-without-api-group"


def looks(place: Place) -> list[Look]:
    """How it is seen: the command of the guide, as the CI account."""
    user = acting.user(place.namespace)
    who = f"-n {place.namespace} --as {user}"
    refused = f'User "{user}" cannot get resource "models" in API group "{GROUP}" in the namespace "{place.namespace}"'
    return [
        Look(f"kubectl get model {MODEL} {who}", refused, 1),
        Look(f"kubectl auth can-i list models.{GROUP} {who}", "no", 1),
        Look(f"kubectl get role {acting.ROLE} -n {place.namespace} -o jsonpath='{{.rules[0].apiGroups}}'", '[""]'),
    ]


async def start(stage: Stage) -> None:
    """Register a model, and bind the CI account to a Role of the empty API group."""
    if await stage.model() is None:
        artifacts.complete(stage)
    await acting.grant(stage, "")


async def fix(stage: Stage) -> None:
    """Apply the manifest of step 3."""
    await acting.grant(stage)


async def verify(stage: Stage) -> Verdict:
    """Whether the account reads the Model."""
    verdict = Verdict()
    said = await acting.refusal(stage, MODELS.path(stage.namespace, MODEL))
    asked = f"kubectl get model {MODEL} -n {stage.namespace} --as {acting.user(stage.namespace)}"
    verdict.see(not said, asked, said or "read")
    return verdict


SCENARIO = Scenario(
    NAME,
    "A Role for readers lacks the API group of Models, and grants nothing.",
    API_GROUP,
    looks,
    start,
    fix,
    verify,
)
