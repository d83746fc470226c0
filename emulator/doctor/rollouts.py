"""Whether each rollout of a platform Deployment ends well."""

from __future__ import annotations

from datetime import UTC, datetime

from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient, place, where
from emulator.michelangelo.client import Object
from emulator.michelangelo.resources import DEPLOYMENTS
from emulator.troubleshooting import NOT_LOADING

STAGE = "DEPLOYMENT_STAGE_"
FAILED = ("ROLLOUT_FAILED", "ROLLBACK_FAILED", "CLEAN_UP_FAILED")
ENDED = ("ROLLOUT_COMPLETE", "ROLLBACK_COMPLETE", "CLEAN_UP_COMPLETE")
STUCK_SECONDS = 600.0  # as long as the platform gives a model to load


async def examine(patient: Patient) -> list[Finding]:
    """Each Deployment of the Models and servers that are asked about. Raises ApiError."""
    found = []
    for deployment in await patient.see(DEPLOYMENTS):
        spec = deployment.get("spec") or {}
        server, model = ((spec.get(part) or {}).get("name") or "" for part in ("inferenceServer", "desiredRevision"))
        if patient.question.server not in ("", server) or patient.question.model not in ("", model):
            continue
        if finding := _judge(patient, deployment, model):
            found.append(finding)
    return found


def _judge(patient: Patient, deployment: Object, model: str) -> Finding | None:
    status = deployment.get("status") or {}
    stage = str(status.get("stage") or "").removeprefix(STAGE)
    said = _first_false(status.get("conditions")) or _first_false(status.get("conditionsSnapshot"))
    if stage in FAILED:
        return _finding(deployment, f"its rollout of {model} has failed", stage, said)
    if stage in ENDED:
        if status.get("state") == "DEPLOYMENT_STATE_UNHEALTHY":
            return _finding(deployment, f"{model} is rolled out and not healthy", stage, said)
        return None
    age = _still_for(deployment)
    if age > STUCK_SECONDS:
        return _finding(deployment, f"its rollout of {model} has not moved for {age / 60:.0f} minutes", stage, said)
    patient.note(f"the rollout of {where(deployment)} is at {stage or 'its beginning'}" + (f": {said}" if said else ""))
    return None


def _first_false(conditions: list[Object] | None) -> str:
    """The first condition that is not true: its type, code and sentence."""
    for one in conditions or ():
        if one.get("status") != "CONDITION_STATUS_TRUE":
            return f"{one.get('type')}: {one.get('message', '')}: {one.get('reason', '')}"
    return ""


def _still_for(deployment: Object) -> float:
    """Seconds since anything of it changed."""
    stamps = [
        int(one["lastUpdatedTimestamp"])
        for one in (deployment.get("status") or {}).get("conditions") or ()
        if str(one.get("lastUpdatedTimestamp", "")).isdecimal()
    ]
    created = datetime.fromisoformat(str(deployment["metadata"]["creationTimestamp"]).replace("Z", "+00:00"))
    return datetime.now(UTC).timestamp() - max([*stamps, created.timestamp()])


def _finding(deployment: Object, title: str, stage: str, said: str) -> Finding:
    get = f"kubectl get deployments.michelangelo.api {place(deployment)}"
    evidence = [Evidence(f"{get} -o jsonpath='{{.status.stage}}'", f"{STAGE}{stage}")]
    if said:
        evidence.append(Evidence(f"{get} -o yaml", said))
    return Finding(
        "rollouts.stuck",
        Severity.ERROR,
        f"Deployment {where(deployment)}: {title}" + (f": {said}" if said else ""),
        f"deployment.michelangelo.api/{where(deployment)}",
        NOT_LOADING,
        tuple(evidence),
        f"{get} -o yaml | kubectl replace --force -f -   # once what it lacks is there: it is not tried again by itself",
        "model-not-loading",
    )
