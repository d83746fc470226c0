"""Whether the artifacts are there that Models name."""

from __future__ import annotations

import asyncio

from emulator.doctor.bucket import Bucket, StoreError, parts
from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient, where
from emulator.troubleshooting import BUCKET_MISSING, URIS

REFUSED = "not seen: artifacts in s3://{bucket}: {error}"


async def examine(patient: Patient) -> list[Finding]:
    """Each URI of each Model. Raises ApiError."""
    bucket = patient.bucket
    if bucket is None or (bucket.trouble is not None and bucket.trouble.code in ("Unreachable", "TLS")):
        return []
    spelling = await patient.spelling()
    named: dict[str, list[tuple[str, str]]] = {}  # URI -> the Models and fields that name it
    for model in await patient.models():
        for field in (spelling.model_artifact_uri, spelling.deployable_artifact_uri):
            for uri in (model.get("spec") or {}).get(field) or ():
                named.setdefault(str(uri), []).append((where(model), field))
    return await asyncio.to_thread(_look, patient, bucket, named)


def _look(patient: Patient, bucket: Bucket, named: dict[str, list[tuple[str, str]]]) -> list[Finding]:
    found, gone = [], set()
    for uri, by in named.items():
        scheme, name, key = parts(uri)
        if scheme != "s3":
            patient.note(f"not tested: {uri}, which is in no S3 store")
            continue
        try:
            if not bucket.has(name, key):
                found.append(_missing(bucket, uri, by))
        except StoreError as error:
            if error.code == "NoSuchBucket":
                if name not in gone:
                    found.append(no_bucket(bucket, name, f"{by[0][0]} names {uri}"))
                gone.add(name)
            else:
                patient.note(REFUSED.format(bucket=name, error=error))
    return found


def _missing(bucket: Bucket, uri: str, by: list[tuple[str, str]]) -> Finding:
    model, field = by[0]
    namespace, _, name = model.partition("/")
    return Finding(
        "artifacts.missing",
        Severity.ERROR,
        f"There is nothing at {uri}, which spec.{field} of {model} names",
        f"model/{model}",
        URIS,
        (
            Evidence(f"kubectl get model {name} -n {namespace} -o jsonpath='{{.spec.{field}}}'", uri),
            Evidence(f"aws s3 ls --recursive {uri}{bucket.flags}", "(nothing)"),
        ),
        f"aws s3 cp --recursive <artifact> {uri}{bucket.flags}   # or register it again",
        "model-not-loading",
    )


def no_bucket(bucket: Bucket, name: str, why: str) -> Finding:
    """A bucket that is named and does not exist."""
    return Finding(
        "store.bucket-missing",
        Severity.ERROR,
        f"The bucket {name} does not exist: {why}",
        f"bucket/{name}",
        BUCKET_MISSING,
        (Evidence(f"aws s3api head-bucket --bucket {name}{bucket.flags}", "NoSuchBucket"),),
        f"aws s3api create-bucket --bucket {name}{bucket.flags}",
        "bucket-missing",
    )
