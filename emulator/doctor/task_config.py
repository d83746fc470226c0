"""Whether task pods are configured with a store that answers, and a bucket that is there (ConfigMap michelangelo-config)."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from urllib.parse import urlsplit

from emulator.doctor.artifacts import no_bucket
from emulator.doctor.bucket import Bucket, StoreError
from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient
from emulator.michelangelo.client import Object
from emulator.michelangelo.resources import CONFIG_MAPS
from emulator.troubleshooting import WRONG_ENDPOINT

NAME = "michelangelo-config"
SECONDS = 5.0


async def examine(patient: Patient) -> list[Finding]:
    """Each namespace's configuration. Raises ApiError."""
    found = []
    for config in await patient.see(CONFIG_MAPS):
        if config["metadata"]["name"] != NAME:
            continue
        namespace, data = config["metadata"]["namespace"], config.get("data") or {}
        endpoint = str(data.get("AWS_ENDPOINT_URL") or "")
        trouble = await asyncio.to_thread(_reach, endpoint) if endpoint else ""
        if trouble is None:
            patient.note(f"not tested: {endpoint} of {namespace}/{NAME}: its host is not known here")
        elif trouble:
            found.append(_endpoint(patient, namespace, endpoint, trouble))
        elif bucket := _bucket(patient, endpoint, data):
            try:
                await asyncio.to_thread(bucket.ask, "head_bucket", Bucket=bucket.name)
            except StoreError as error:
                if error.code in ("404", "NoSuchBucket"):
                    found.append(no_bucket(bucket, bucket.name, f"{NAME} of {namespace} names it"))
    return found


def _reach(endpoint: str) -> str | None:
    """What is wrong with an endpoint: nothing (empty), or None for a host that only the cluster may know."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "it is no URL with a scheme: http://HOST:PORT"
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname, port), SECONDS).close()
    except socket.gaierror:
        return None
    except (OSError, ValueError) as error:
        return f"nothing answers: {error}"
    return ""


def _bucket(patient: Patient, endpoint: str, data: Object) -> Bucket | None:
    """The bucket that is configured, with the keys that we have, where it is the same store."""
    name = str(data.get("MA_FILE_SYSTEM") or "").removeprefix("s3://").partition("/")[0]
    known = patient.bucket
    if not name or known is None or known.endpoint.rstrip("/") != endpoint.rstrip("/"):
        return None
    return replace(known, name=name, trouble=None, _keys={})


def _endpoint(patient: Patient, namespace: str, endpoint: str, trouble: str) -> Finding:
    known = patient.bucket
    right = known.endpoint if known is not None and known.endpoint and known.trouble is None else "<endpoint>"
    patch = f'{{"data":{{"AWS_ENDPOINT_URL":"{right}"}}}}'
    return Finding(
        "store.task-endpoint",
        Severity.ERROR,
        f"Task pods of {namespace} are configured with the S3 endpoint {endpoint}: {trouble}",
        f"configmap/{namespace}/{NAME}",
        WRONG_ENDPOINT,
        (
            Evidence(
                f"kubectl get configmap {NAME} -n {namespace} -o jsonpath='{{.data.AWS_ENDPOINT_URL}}'",
                f"{endpoint}, where {trouble}",
            ),
        ),
        f"kubectl patch configmap {NAME} -n {namespace} --type=merge -p '{patch}'",
        "wrong-region-or-endpoint",
    )
