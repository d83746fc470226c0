"""Whether the platform may put, get, delete and list (guide, step 2).

Without writing, reading and listing can be tried and the other two cannot. On a plane of ours the policies themselves are
read, by IAM's API, and judged as the store judges them; elsewhere ``--allow-probe`` lets one small object be written and deleted.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from emulator import s3_policy
from emulator.doctor.bucket import Bucket, StoreError
from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient
from emulator.doors import Doors
from emulator.objectstore import policy
from emulator.objectstore.identities import WRITE, policy_of
from emulator.troubleshooting import PERMISSIONS

WRITERS = ("controller-manager", "task")
PROBE = "michelangelo-doctor"
DENIED = ("403", "AccessDenied", "AllAccessDisabled")


async def examine(patient: Patient) -> list[Finding]:
    """Each of the four, of every identity that can be looked at."""
    bucket = patient.bucket
    if bucket is None or bucket.trouble is not None:
        return []
    doors = patient.doors
    if doors is not None and doors.object_store == "moto" and bucket.endpoint == doors.s3_endpoint:
        return await asyncio.to_thread(_policies, doors, bucket)
    return await asyncio.to_thread(_tried, patient, bucket)


def _policies(doors: Doors, bucket: Bucket) -> list[Finding]:
    found = []
    for identity in WRITERS:
        document = s3_policy.get(doors, identity)
        for action in WRITE:
            where = _denied(document, action, bucket.name)
            if where:
                wanted = json.dumps(policy_of(identity, bucket.name))
                found.append(
                    Finding(
                        "store.permission",
                        Severity.ERROR,
                        f"{identity} lacks {action} on {where}",
                        f"identity/{identity}",
                        PERMISSIONS,
                        (Evidence(f"ma-emulator s3-policy {identity}", f"{action} on {where} is denied"),),
                        f"echo '{wanted}' | ma-emulator s3-policy {identity} --set -",
                        "controller-manager-cannot-write",
                    )
                )
    return found


def _denied(document: dict[str, Any], action: str, bucket: str) -> str:
    """A resource of the bucket on which an action is denied: all of it, or what one statement takes away; empty if none."""
    arn = f"arn:aws:s3:::{bucket}"
    whole = arn if action == "s3:ListBucket" else f"{arn}/*"
    if not policy.allows([document], action, whole.replace("*", PROBE)):
        return whole
    listed = document["Statement"]
    for statement in listed if isinstance(listed, list) else [listed]:
        resources = statement.get("Resource") or ()
        for resource in [resources] if isinstance(resources, str) else resources:
            concerns = resource == arn if action == "s3:ListBucket" else resource.startswith(f"{arn}/")
            sample = resource.replace("*", "x").replace("?", "x")
            if statement["Effect"] == "Deny" and concerns and not policy.allows([document], action, sample):
                return str(resource)
    return ""


def _tried(patient: Patient, bucket: Bucket) -> list[Finding]:
    """What these keys may, as far as trying tells."""
    key = f"{PROBE}/{uuid.uuid4().hex}"
    tries: list[tuple[str, str, dict[str, Any]]] = [("s3:ListBucket", "list_objects_v2", {"MaxKeys": 1})]
    tries.append(("s3:GetObject", "get_object", {"Key": key}))
    if patient.question.allow_probe:
        tries.insert(1, ("s3:PutObject", "put_object", {"Key": key, "Body": b""}))
        tries.append(("s3:DeleteObject", "delete_object", {"Key": key}))
    else:
        patient.note(
            "not tested: s3:PutObject and s3:DeleteObject: that takes a write; --allow-probe lets one object be written and deleted"
        )
    found = []
    for action, operation, words in tries:
        try:
            bucket.ask(operation, Bucket=bucket.name, **words)
        except StoreError as error:
            if error.code in DENIED:
                found.append(_lacks(bucket, action, operation, str(error)))
            elif error.code != "NoSuchKey":
                patient.note(f"not tested: {action}: {error}")
    return found


def _lacks(bucket: Bucket, action: str, operation: str, answered: str) -> Finding:
    wanted = json.dumps(policy_of("controller-manager", bucket.name))
    asked = f"aws s3api {operation.replace('_', '-')} --bucket {bucket.name}{bucket.flags}"
    return Finding(
        "store.permission",
        Severity.ERROR,
        f"These keys lack {action} on the bucket {bucket.name}",
        f"bucket/{bucket.name}",
        PERMISSIONS,
        (Evidence(asked, answered),),
        f"aws iam put-user-policy --user-name <user> --policy-name models --policy-document '{wanted}'",
        "controller-manager-cannot-write",
    )
