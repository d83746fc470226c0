"""What policies may ask of a request: the values of condition keys (AWS, Service Authorization Reference, "Condition keys for Amazon S3")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from emulator.objectstore.conditions import KEYS, Facts
from emulator.objectstore.signature import Signed

ACCOUNT = "123456789012"
_QUERY = {"s3:prefix": "prefix", "s3:delimiter": "delimiter", "s3:max-keys": "max-keys", "s3:versionid": "versionId"}
_HEADERS = {key.lower(): key[3:] for key in KEYS if key.startswith("s3:x-amz-")}
_HEADERS |= {"aws:useragent": "user-agent", "aws:referer": "referer"}


def facts_of(request: Signed, query: Mapping[str, str], environ: Mapping[str, Any], user: str) -> Facts:
    """The condition keys that a request has, in lower case."""
    now = datetime.now(UTC)
    found = {
        "aws:currenttime": now.isoformat(timespec="seconds"),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:securetransport": str(environ.get("wsgi.url_scheme") == "https").lower(),
        "aws:sourceip": str(environ.get("REMOTE_ADDR", "")),
    }
    if user:
        header = request.headers.get("authorization", "")
        modern = header.startswith("AWS4") or "X-Amz-Algorithm" in query
        found |= {
            "aws:username": user,
            "aws:principalarn": f"arn:aws:iam::{ACCOUNT}:user/{user}",
            "s3:authtype": "REST-HEADER" if header else "REST-QUERY-STRING",
            "s3:signatureversion": "AWS4-HMAC-SHA256" if modern else "AWS",
        }
    found |= {key: unquote_plus(query[name]) for key, name in _QUERY.items() if name in query}
    return found | {key: request.headers[name] for key, name in _HEADERS.items() if name in request.headers}
