"""What a server's Triton has loaded, asked without changing anything."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from emulator.doctor.patient import Patient
from emulator.michelangelo.client import ApiError, Object
from emulator.michelangelo.controllers.serving_objects import service_name
from emulator.michelangelo.resources import SERVICES

URL = "emulator.michelangelo.api/url"  # where an emulated Triton answers
SECONDS = 10.0
READY = "READY"


@dataclass(frozen=True, slots=True)
class Index:
    """Models by name: state, and the reason of one that is not ready. ``asked`` is how that was found out."""

    asked: str = ""
    models: dict[str, tuple[str, str]] = field(default_factory=dict)


async def loaded(patient: Patient, namespace: str, server: str, names: list[str]) -> Index | None:
    """The models of a server; None, with a note, when Triton cannot be asked. *names* are those to ask for, one by one."""
    service = await patient.client.find(SERVICES, namespace, service_name(server))
    if service is None:
        patient.note(f"not seen: Triton of {namespace}/{server}: it has no Service {service_name(server)}")
        return None
    url = (service["metadata"].get("annotations") or {}).get(URL)
    return await (_index(patient, url) if url else _proxied(patient, service, names))


async def _index(patient: Patient, url: str) -> Index | None:
    """By Triton's repository index (a POST that asks)."""
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            answer = await client.post(f"{url}/v2/repository/index")
            listed = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        patient.note(f"not seen: Triton at {url}: {error}")
        return None
    models = {str(one["name"]): (str(one.get("state", "")), str(one.get("reason", ""))) for one in listed}
    return Index(f"curl -s -X POST {url}/v2/repository/index", models)


async def _proxied(patient: Patient, service: Object, names: list[str]) -> Index | None:
    """Through the API server's proxy: whether each model is ready."""
    meta = service["metadata"]
    base = f"/api/v1/namespaces/{meta['namespace']}/services/http:{meta['name']}:80/proxy/v2"
    found = Index(f"kubectl get --raw {base}/models/{names[0]}/ready")
    for name in names:
        try:
            await patient.client.request("GET", f"{base}/models/{name}/ready")
            found.models[name] = READY, ""
        except ApiError as error:
            if error.code not in (400, 404) or error.reason:  # a Status is the API server's answer, not Triton's
                patient.note(f"not seen: Triton of {meta['namespace']}/{meta['name']} through the API server: {error}")
                return None
            found.models[name] = "UNAVAILABLE", str(error)
        except httpx.HTTPError as error:
            patient.note(f"not seen: Triton of {meta['namespace']}/{meta['name']} through the API server: {error}")
            return None
    return found
