"""S3 policies of a scenario: one statement, put in front of the policy that an identity has, and taken away again."""

from __future__ import annotations

from typing import Any

from emulator import s3_policy
from emulator.doors import Doors


def statement(doors: Doors, namespace: str, sid: str) -> dict[str, Any]:
    """Denies writing a namespace's artifacts, wherever the plane's layout puts them."""
    beneath = doors.artifact_layout.format(namespace=namespace, name="*", revision="*", part="*").strip("/")
    resource = f"arn:aws:s3:::{doors.models_bucket}/{beneath}"
    return {"Sid": sid, "Effect": "Deny", "Action": ["s3:PutObject"], "Resource": [resource, f"{resource}/*"]}


def without(document: dict[str, Any], sid: str) -> dict[str, Any]:
    """A policy without a statement."""
    listed = document["Statement"]
    rest = [item for item in (listed if isinstance(listed, list) else [listed]) if item.get("Sid") != sid]
    return {**document, "Statement": rest}


def deny(doors: Doors, identity: str, denial: dict[str, Any]) -> None:
    """Add a statement to an identity's policy."""
    rest = without(s3_policy.get(doors, identity), denial["Sid"])
    s3_policy.put(doors, identity, {**rest, "Statement": [*rest["Statement"], denial]})


def allow(doors: Doors, identity: str, sid: str) -> None:
    """Take a statement away."""
    s3_policy.put(doors, identity, without(s3_policy.get(doors, identity), sid))


def has(doors: Doors, identity: str, sid: str) -> bool:
    """Whether an identity's policy has a statement."""
    document = s3_policy.get(doors, identity)
    return bool(without(document, sid)["Statement"] != document["Statement"])
