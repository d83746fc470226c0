"""Objects in the bucket that no Model names."""

from __future__ import annotations

import asyncio

from emulator.doctor.bucket import Keys, StoreError, parts
from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient
from emulator.michelangelo.resources import MODELS
from emulator.troubleshooting import ORPHANS

SHOWN = 5


async def examine(patient: Patient) -> list[Finding]:
    """Judged for a whole bucket against all Models, so only where neither is narrowed. Raises ApiError."""
    bucket, question = patient.bucket, patient.question
    if bucket is None or bucket.trouble is not None or question.namespaces or question.model:
        return []
    before = len(patient.notes)
    models = await patient.see(MODELS)
    if "models" in patient.unknown or len(patient.notes) > before:
        return []  # which objects a Model names is not known
    spelling = await patient.spelling()
    uris = {
        str(uri)
        for model in models
        for field in (spelling.model_artifact_uri, spelling.deployable_artifact_uri)
        for uri in (model.get("spec") or {}).get(field) or ()
    }
    named = {key.rstrip("/") for scheme, name, key in map(parts, uris) if scheme == "s3" and name == bucket.name}
    try:
        keys = await asyncio.to_thread(bucket.keys)
    except StoreError as error:
        patient.note(f"not seen: objects of s3://{bucket.name}: {error}")
        return []
    if not keys.complete:
        patient.note(f"only the first {len(keys.names)} objects of s3://{bucket.name} were compared with the Models")
    return _judge(patient, bucket.name, bucket.flags, keys, named)


def _judge(patient: Patient, name: str, flags: str, keys: Keys, named: set[str]) -> list[Finding]:
    lost = sorted(key for key in keys.names if not _beneath(key, named))
    shapes = {_shape(prefix) for prefix in named}
    earlier = [key for key in lost if _beneath(_shape(key), shapes)]
    if earlier:
        patient.note(f"{len(earlier)} objects of s3://{name} are of earlier revisions of Models, such as {earlier[0]}")
    rest = sorted(set(lost) - set(earlier))
    if not rest:
        return []
    shown = ", ".join(rest[:SHOWN]) + (", ..." if len(rest) > SHOWN else "")
    folder = rest[0].rpartition("/")[0]
    target = f"s3://{name}/{folder}/" if folder else f"s3://{name}/{rest[0]}"
    return [
        Finding(
            "store.orphans",
            Severity.WARNING,
            f"{len(rest)} objects of s3://{name} are named by no Model",
            f"bucket/{name}",
            ORPHANS,
            (Evidence(f"aws s3 ls --recursive s3://{name}/{flags}", shown),),
            f"aws s3 rm {'--recursive ' if folder else ''}{target}{flags}   # if nobody needs them; and the like of the others",
        )
    ]


def _beneath(key: str, prefixes: set[str]) -> bool:
    """Whether a key is one of the prefixes, or beneath one."""
    while key:
        if key in prefixes:
            return True
        key = key.rpartition("/")[0]
    return "" in prefixes


def _shape(key: str) -> str:
    """A key with its numbers left out: what two revisions of a model have in common."""
    return "/".join("#" if part.isdecimal() else part for part in key.split("/"))
