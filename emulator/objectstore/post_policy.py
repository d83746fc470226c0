"""The policy of a browser's form upload: until when it is good, and what each field has to be.

Source: AWS, Amazon S3 API Reference, "Authenticating Requests: Browser-Based Uploads Using POST", "POST Policy".
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.objectstore.signature import SignatureError

_FREE = {"awsaccesskeyid", "signature", "x-amz-signature", "policy", "file"}  # need no condition
_COUNT = "content-length-range"


def check(text: str, fields: Mapping[str, str], size: int, now: datetime) -> None:
    """Hold a form against its policy, in Base64. *fields*: by names in lower case, ``bucket`` among them. Raises SignatureError."""
    expires, conditions = _read(text)
    if now > expires:
        raise _denied("Policy expired.")
    named = {"bucket"}
    for said in conditions:
        kind, name, value = _condition(said)
        if kind == _COUNT:
            _check_size(size, name, value)
            continue
        name = str(name).removeprefix("$").lower()
        named.add(name)
        found = fields.get(name)
        if found is None or not (found.startswith(value) if kind == "starts-with" else found == value):
            raise _denied(f"Policy Condition failed: {json.dumps([kind, f'${name}', value])}")
    extra = sorted(name for name in set(fields) - named - _FREE if not name.startswith("x-ignore-"))
    if extra:
        raise _denied(f"Extra input fields: {extra[0]}")


def _read(text: str) -> tuple[datetime, list[Any]]:
    try:
        document = json.loads(base64.b64decode(text, validate=True))
        expires = datetime.fromisoformat(document["expiration"])
        conditions = document["conditions"]
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError):
        raise _invalid("Invalid JSON.") from None
    except (KeyError, TypeError, ValueError):
        raise _invalid("it needs an expiration, an ISO 8601 instant, and conditions.") from None
    if not isinstance(conditions, list):
        raise _invalid("Invalid 'conditions' value: must be a List.")
    return expires if expires.tzinfo is not None else expires.replace(tzinfo=UTC), conditions


def _condition(said: Any) -> tuple[str, Any, Any]:
    """A condition in its long form: ``["eq", "$key", "value"]``."""
    if isinstance(said, dict) and len(said) == 1:
        name, value = next(iter(said.items()))
        said = ["eq", f"${name}", value]
    if isinstance(said, list) and len(said) == 3:
        kind, name, value = str(said[0]).lower(), said[1], said[2]
        if kind == _COUNT and str(name).isdigit() and str(value).isdigit():
            return kind, int(name), int(value)
        if kind in ("eq", "starts-with") and isinstance(value, str) and str(name).startswith("$"):
            return kind, name, value
    raise _invalid(f"Invalid Condition: {json.dumps(said)}")


def _check_size(size: int, least: int, most: int) -> None:
    if size < least:
        raise SignatureError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    if size > most:
        raise SignatureError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")


def _denied(why: str) -> SignatureError:
    return SignatureError("AccessDenied", f"Invalid according to Policy: {why}")


def _invalid(why: str) -> SignatureError:
    return SignatureError("InvalidPolicyDocument", f"Invalid Policy: {why}")
