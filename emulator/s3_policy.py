"""``ma-emulator s3-policy``: an S3 identity's policy, over IAM's API on the store's own endpoint."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from emulator.doors import Doors
from emulator.objectstore import policy
from emulator.objectstore.identities import POLICY


def _iam(doors: Doors) -> Any:
    import boto3

    admin = doors.credentials("admin")
    return boto3.client(
        "iam",
        endpoint_url=doors.s3_endpoint,
        region_name=doors.s3_region,
        aws_access_key_id=admin["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=admin["AWS_SECRET_ACCESS_KEY"],
    )


def show(doors: Doors, identity: str) -> str:
    """The policy in force, as JSON. Raises ValueError for an unknown identity."""
    return json.dumps(get(doors, identity), indent=2)


def get(doors: Doors, identity: str) -> dict[str, Any]:
    """The policy in force. Raises ValueError for an unknown identity, and for a store that is not the plane's own."""
    doors.needs_own_store("s3-policy")
    doors.credentials(identity)
    document: dict[str, Any] = _iam(doors).get_user_policy(UserName=identity, PolicyName=POLICY)["PolicyDocument"]
    return document


def put(doors: Doors, identity: str, document: dict[str, Any]) -> None:
    """Put another policy in force. Raises ValueError for an unknown identity, and for a store that is not the plane's own."""
    doors.needs_own_store("s3-policy")
    doors.credentials(identity)
    from botocore.exceptions import ClientError

    try:
        _iam(doors).put_user_policy(UserName=identity, PolicyName=POLICY, PolicyDocument=json.dumps(document))
    except ClientError as error:  # IAM has rules of its own, such as what an ARN looks like
        raise ValueError(f"IAM refuses the policy: {error.response['Error']['Message']}") from None


def replace(doors: Doors, identity: str, path: Path) -> None:
    """Put another policy in force; a file that is none changes nothing. Raises ValueError, OSError."""
    doors.needs_own_store("s3-policy")
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        document = policy.parse(text.replace("<your-models-bucket>", doors.models_bucket))
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no policy: it is no text") from None
    except policy.PolicyError as error:
        raise ValueError(f"{path} is no policy: {error}") from None
    put(doors, identity, document)
