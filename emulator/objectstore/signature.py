"""Signature Version 4, checked: in the Authorization header, or in the query of a presigned URL, which can expire.

Source: AWS, Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)". The body is not read: the digest
that the client signed stands for it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, unquote_plus

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = timedelta(minutes=15)
WEEK_SECONDS = 604800  # no presigned URL is good for longer
_STAMP = "%Y%m%dT%H%M%SZ"
_HEADER = re.compile(r"AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)$")


class SignatureError(Exception):
    """A request that proves nobody: ``code`` is S3's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it was signed. ``path`` and ``query`` are raw, as on the request line; headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    payload: str = ""  # the body's SHA-256, where the client does not name it


@dataclass(frozen=True, slots=True)
class _Claim:
    key_id: str
    scope: str
    names: str
    signature: str
    stamp: str
    payload: str
    query: str


def service_of(request: Signed) -> str:
    """The service that a request is signed for (``s3``, ``iam``); empty without a signature."""
    claim = _claim(request)
    return claim.scope.split("/")[2] if claim is not None and claim.scope.count("/") == 3 else ""


def signer(request: Signed, secrets: Mapping[str, str], now: datetime) -> str | None:
    """The access key id that signed; None for a request without a signature. Raises SignatureError."""
    claim = _claim(request)
    if claim is None:
        return None
    secret = secrets.get(claim.key_id)
    if secret is None:
        raise SignatureError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
    expected = _sign(request, claim, secret)
    if not hmac.compare_digest(expected, claim.signature):
        text = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
        raise SignatureError("SignatureDoesNotMatch", text)
    _check_time(request, claim, now)
    return claim.key_id


def _claim(request: Signed) -> _Claim | None:
    header = request.headers.get("authorization", "")
    if header:
        match = _HEADER.match(header)
        if match is None:
            raise SignatureError(
                "InvalidArgument", "Unsupported Authorization Type: only AWS4-HMAC-SHA256 is supported"
            )
        key_id, _, scope = match[1].partition("/")
        payload = request.headers.get("x-amz-content-sha256") or request.payload
        stamp = request.headers.get("x-amz-date", "")
        return _Claim(key_id, scope, match[2], match[3], stamp, payload, request.query)
    values = query_values(request.query)
    if values.get("X-Amz-Algorithm") == ALGORITHM:
        key_id, _, scope = values.get("X-Amz-Credential", "").partition("/")
        signature, names = values.get("X-Amz-Signature", ""), values.get("X-Amz-SignedHeaders", "")
        rest = "&".join(part for part in request.query.split("&") if not part.startswith("X-Amz-Signature="))
        return _Claim(key_id, scope, names, signature, values.get("X-Amz-Date", ""), "UNSIGNED-PAYLOAD", rest)
    return None


def _check_time(request: Signed, claim: _Claim, now: datetime) -> None:
    try:
        signed = datetime.strptime(claim.stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise SignatureError("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from None
    expires = query_values(request.query).get("X-Amz-Expires", "")
    if expires and "authorization" not in request.headers:
        if expires.isdigit() and int(expires) > WEEK_SECONDS:
            raise SignatureError(
                "AuthorizationQueryParametersError",
                f"X-Amz-Expires must be less than a week (in seconds); that is {WEEK_SECONDS}",
            )
        if not expires.isdigit() or now > signed + timedelta(seconds=int(expires)):
            raise SignatureError("AccessDenied", "Request has expired")
    elif abs(now - signed) > SKEW:
        raise SignatureError(
            "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
        )


def _sign(request: Signed, claim: _Claim, secret: str) -> str:
    names = claim.names.split(";")
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names)
    path = request.path or "/"
    canonical = "\n".join([request.method, path, _canonical_query(claim.query), headers, claim.names, claim.payload])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return signature_of("\n".join([ALGORITHM, claim.stamp, claim.scope, digest]), claim.scope, secret)


def signature_of(text: str, scope: str, secret: str) -> str:
    """The signature of a text, with a secret's key of the scope: DATE/REGION/SERVICE/aws4_request."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _canonical_query(query: str) -> str:
    pairs = []
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((_encoded(name), _encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def query_values(query: str) -> dict[str, str]:
    """A query's parameters."""
    return {unquote_plus(name): unquote_plus(value) for name, _, value in (p.partition("=") for p in query.split("&"))}
