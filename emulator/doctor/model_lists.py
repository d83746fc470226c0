"""Whether each server's Triton has loaded what its model config lists."""

from __future__ import annotations

from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient
from emulator.doctor.servers import SERVING
from emulator.doctor.triton import READY, Index, loaded
from emulator.michelangelo.client import Object
from emulator.michelangelo.controllers.serving_objects import config_name, models_of
from emulator.michelangelo.resources import CONFIG_MAPS
from emulator.troubleshooting import NOT_LOADING, SERVER_UNHEALTHY


async def examine(patient: Patient) -> list[Finding]:
    """Each server that serves. Raises ApiError."""
    configs = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in await patient.see(CONFIG_MAPS)}
    found = []
    for server in await patient.servers():
        if (server.get("status") or {}).get("state") != SERVING:
            continue
        if ((server.get("spec") or {}).get("decomSpec") or {}).get("decommission"):
            continue
        namespace, name = server["metadata"]["namespace"], server["metadata"]["name"]
        config = configs.get((namespace, config_name(name)))
        found += [_no_config(namespace, name)] if config is None else await _compare(patient, namespace, name, config)
    return found


def _no_config(namespace: str, name: str) -> Finding:
    asked = f"kubectl get configmap {config_name(name)} -n {namespace}"
    return Finding(
        "servers.no-model-config",
        Severity.ERROR,
        f"InferenceServer {namespace}/{name} says that it serves, but its model config is not there",
        f"inferenceserver/{namespace}/{name}",
        SERVER_UNHEALTHY,
        (Evidence(asked, "NotFound"),),
        f'kubectl annotate inferenceserver {name} -n {namespace} --overwrite looked-at="$(date)"',
    )


async def _compare(patient: Patient, namespace: str, server: str, config: Object) -> list[Finding]:
    listed = {str(entry["name"]): str(entry.get("storage_path") or "") for entry in models_of(config)}
    wanted = patient.question.model
    index = await loaded(patient, namespace, server, sorted(listed)) if listed else Index()
    if index is None:
        return []
    found = []
    for name, path in listed.items():
        state, reason = index.models.get(name, ("not listed", ""))
        if state == "LOADING":
            patient.note(f"Triton of {namespace}/{server} is loading {name}")
        elif state != READY and wanted in ("", name):
            found.append(
                _not_loaded(
                    patient,
                    (namespace, server),
                    (name, path),
                    Evidence(index.asked, f"{name}: {state} {reason}".strip()),
                )
            )
    for name in sorted(set(index.models) - set(listed)):
        patient.note(f"Triton of {namespace}/{server} knows the model {name}, which its model config does not list")
    return found


def _not_loaded(patient: Patient, of: tuple[str, str], entry: tuple[str, str], seen: Evidence) -> Finding:
    flags = patient.bucket.flags if patient.bucket is not None else ""
    (namespace, server), (name, path) = of, entry
    config = f"kubectl get configmap {config_name(server)} -n {namespace} -o jsonpath='{{.data.model-list\\.json}}'"
    return Finding(
        "servers.model-not-loaded",
        Severity.ERROR,
        f"InferenceServer {namespace}/{server} has not loaded {seen.answered}",
        f"inferenceserver/{namespace}/{server}",
        NOT_LOADING,
        (Evidence(config, f"{name} at {path}"), seen),
        f"aws s3 ls --recursive {path}{flags}   # there has to be a numbered version directory beneath it",
        "model-not-loading",
    )
