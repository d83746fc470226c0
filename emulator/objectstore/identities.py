"""The store's identities and their policies (guide, "Configure S3 Permissions").

Each is an IAM user of the store with one inline policy: the API of IAM on the same endpoint shows and replaces it.
"""

from __future__ import annotations

import secrets
from typing import Any

from emulator.objectstore.interface import Identity

ADMIN = "admin"
POLICY = "models"  # the inline policy's name
WRITE = ("s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket")
READ = ("s3:GetObject", "s3:ListBucket")
ACTIONS = {"controller-manager": WRITE, "task": WRITE, "reader": READ}


def make(name: str) -> Identity:
    """An identity with fresh keys."""
    return Identity(name, f"AKIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30))


def policy_of(name: str, bucket: str) -> dict[str, Any]:
    """The policy document that an identity starts with: the guide's for those that write, reading only for the reader."""
    if name == ADMIN:
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]}
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statement = {"Effect": "Allow", "Action": list(ACTIONS[name]), "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}
