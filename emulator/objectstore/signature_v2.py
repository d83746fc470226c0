"""Presigned URLs in the older manner, which boto3 still makes for S3 by default: HMAC-SHA1 over method, expiry and resource.

Source: AWS, Amazon S3 User Guide, "Signing and authenticating REST requests", query string authentication.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote

from emulator.objectstore.signature import SignatureError, Signed

# Query parameters that are part of the resource (the others are not signed).
_SIGNED = frozenset(
    [
        "acl",
        "cors",
        "delete",
        "lifecycle",
        "location",
        "logging",
        "notification",
        "partNumber",
        "policy",
        "requestPayment",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
    ]
)


def signer(request: Signed, values: Mapping[str, str], secrets: Mapping[str, str], now: datetime) -> str:
    """The access key id of a presigned URL. Raises SignatureError."""
    key_id, expires = values.get("AWSAccessKeyId", ""), values.get("Expires", "")
    secret = secrets.get(key_id)
    if secret is None:
        raise SignatureError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
    amazon = "".join(
        f"{name}:{value.strip()}\n" for name, value in sorted(request.headers.items()) if name.startswith("x-amz-")
    )
    headers = request.headers
    lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), expires]
    text = "\n".join([*lines, amazon + _resource(request)])
    digest = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
    if not hmac.compare_digest(digest, values.get("Signature", "")):
        message = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
        raise SignatureError("SignatureDoesNotMatch", message)
    if not expires.isdigit() or now.timestamp() > int(expires):
        raise SignatureError("AccessDenied", "Request has expired")
    return key_id


def _resource(request: Signed) -> str:
    parts = []
    for part in request.query.split("&"):
        name, equals, value = part.partition("=")
        if name in _SIGNED:
            parts.append(f"{name}={unquote(value)}" if equals and value else name)
    return request.path + (f"?{'&'.join(sorted(parts))}" if parts else "")
