"""Whether each InferenceServer serves, and if not, what its conditions mean.

The platform writes a condition's code into ``message`` and its sentence into ``reason``, and its statuses are CONDITION_STATUS_*.
"""

from __future__ import annotations

from datetime import UTC, datetime

from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient, place, where
from emulator.michelangelo.client import Object, Resource
from emulator.michelangelo.controllers.serving_objects import triton_name
from emulator.michelangelo.resources import APPS_DEPLOYMENTS
from emulator.troubleshooting import LOWER_CASE_BACKEND, SERVER_UNHEALTHY

PODS = Resource("", "v1", "pods")
SERVING = "INFERENCE_SERVER_STATE_SERVING"
FALSE = "CONDITION_STATUS_FALSE"
STARTING_SECONDS = 900.0  # a first pull of Triton's image takes minutes


async def examine(patient: Patient) -> list[Finding]:
    """Each server that is not being decommissioned. Raises ApiError."""
    found = []
    for server in await patient.servers():
        spec, status = server.get("spec") or {}, server.get("status") or {}
        if (spec.get("decomSpec") or {}).get("decommission") or server["metadata"].get("deletionTimestamp"):
            continue
        wrong = [one for one in status.get("conditions") or () if one.get("status") == FALSE]
        if status.get("state") == SERVING and not wrong:
            continue
        if finding := await _finding(patient, server, wrong):
            found.append(finding)
    return found


async def _finding(patient: Patient, server: Object, wrong: list[Object]) -> Finding | None:
    state = str((server.get("status") or {}).get("state") or "")
    get = f"kubectl get inferenceserver {place(server)} -o jsonpath="
    evidence = [Evidence(f"{get}'{{.status.state}}'", state or "(empty)")]
    for one in wrong:
        said = f"{one.get('type')} is false: {one.get('message', '')}: {one.get('reason', '')}"
        evidence.append(Evidence(f"{get}'{{.status.conditions}}'", said))
    backend = (server.get("spec") or {}).get("backendType") or ""
    if any(one.get("message") in ("InvalidBackendType", "BackendNotFound") for one in wrong):
        patch = '{"spec":{"backendType":"BACKEND_TYPE_TRITON"}}'
        title = f"its backend type is {backend or 'missing'}, which the platform does not run"
        fix = f"kubectl patch inferenceserver {place(server)} --type=merge -p '{patch}'"
        return _made(server, "servers.backend", title, evidence, fix, "lower-case-backend-type")
    if not state and not wrong:
        if _young(server):
            patient.note(f"InferenceServer {where(server)} is new: no controller has looked at it yet")
            return None
        title = "no controller has looked at it: is initSpec.resourceSpec there, and the controller manager running?"
        fix = "kubectl logs -n ma-system deployment/michelangelo-controllermgr"
        return _made(server, "servers.unattended", title, evidence, fix)
    return await _backing(patient, server, evidence)


async def _backing(patient: Patient, server: Object, evidence: list[Evidence]) -> Finding | None:
    """What Triton's Deployment and its Pods say."""
    namespace, name = server["metadata"]["namespace"], triton_name(server["metadata"]["name"])
    deployments = {one["metadata"]["name"]: one for one in await patient.see_in(APPS_DEPLOYMENTS, namespace)}
    deployment = deployments.get(name)
    asked = f"kubectl get deployment.apps {name} -n {namespace}"
    if deployment is None:
        if _young(server):
            patient.note(f"InferenceServer {where(server)} is starting")
            return None
        title = f"its Deployment {name} is not there"
        fix = f"kubectl describe inferenceserver {place(server)}"
        return _made(server, "servers.unhealthy", title, [*evidence, Evidence(asked, "NotFound")], fix)
    wanted = deployment["spec"].get("replicas", 1)
    status = deployment.get("status") or {}
    ready = status.get("readyReplicas") or 0
    evidence = [*evidence, Evidence(asked, f"{ready}/{wanted} ready")]
    if wanted == 0:
        count = ((server.get("spec") or {}).get("initSpec") or {}).get("numInstances") or 1
        fix = f"kubectl scale deployment.apps {name} -n {namespace} --replicas={count}"
        return _made(server, "servers.unhealthy", f"its Deployment {name} is scaled to 0", evidence, fix)
    waiting = await _waiting(patient, namespace, name)
    late = any(one.get("reason") == "ProgressDeadlineExceeded" for one in status.get("conditions") or ())
    if not waiting and not late and _young(deployment):
        patient.note(f"InferenceServer {where(server)} is starting: {ready}/{wanted} of {name} are ready")
        return None
    title = waiting or f"{ready} of {wanted} Pods of {name} are ready"
    fix = f"kubectl describe pods -n {namespace} -l app={name}"
    return _made(server, "servers.unhealthy", title, evidence, fix)


async def _waiting(patient: Patient, namespace: str, name: str) -> str:
    """Why a Pod of Triton's waits; empty when none says so."""
    for pod in await patient.see_in(PODS, namespace):
        if (pod["metadata"].get("labels") or {}).get("app") != name:
            continue
        for container in (pod.get("status") or {}).get("containerStatuses") or ():
            state = (container.get("state") or {}).get("waiting") or {}
            if state.get("reason") not in (None, "ContainerCreating", "PodInitializing"):
                return f"Pod {pod['metadata']['name']} waits: {state['reason']}: {state.get('message', '')}"
    return ""


def _young(obj: Object) -> bool:
    created = datetime.fromisoformat(str(obj["metadata"]["creationTimestamp"]).replace("Z", "+00:00"))
    return (datetime.now(UTC) - created).total_seconds() < STARTING_SECONDS


def _made(
    server: Object,
    identifier: str,
    title: str,
    evidence: list[Evidence],
    fix: str,
    scenario: str = "server-not-healthy",
) -> Finding:
    return Finding(
        identifier,
        Severity.ERROR,
        f"InferenceServer {where(server)} does not serve: {title}",
        f"inferenceserver/{where(server)}",
        LOWER_CASE_BACKEND if identifier == "servers.backend" else SERVER_UNHEALTHY,
        tuple(evidence),
        fix,
        scenario,
    )
