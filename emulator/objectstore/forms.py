"""Browsers' uploads: a form's fields and its file, signed by way of a policy, as the PutObject that it stands for.

Source: AWS, Amazon S3 API Reference, "Browser-Based Uploads Using POST", and "POST Object".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from emulator.objectstore import post_policy
from emulator.objectstore.digests import CHECKSUM
from emulator.objectstore.signature import ALGORITHM, SignatureError, signature_of
from emulator.objectstore.wsgi import Answer

_HEADERS = {"content-type", "cache-control", "content-disposition", "content-encoding", "expires"}
_AMAZON = ("x-amz-meta-", CHECKSUM, "x-amz-storage-class", "x-amz-server-side-encryption", "x-amz-website-")


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent to a bucket. Names of fields are in lower case."""

    bucket: str
    fields: Mapping[str, str]
    file: IO[bytes]
    size: int

    @property
    def key(self) -> str:
        """The object's key."""
        return self.fields["key"]

    def signer(self, secrets: Mapping[str, str], now: datetime) -> str:
        """The access key id that signed the policy, which the form keeps to. Raises SignatureError."""
        policy = self.fields.get("policy", "")
        key_id, scope = self._claim()
        secret = secrets.get(key_id)
        if not policy or not key_id:
            raise SignatureError("AccessDenied", "Access Denied")
        if secret is None:
            raise SignatureError(
                "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
            )
        if scope:
            expected, given = signature_of(policy, scope, secret), self.fields.get("x-amz-signature", "")
        else:
            digest = hmac.new(secret.encode(), policy.encode(), hashlib.sha1).digest()
            expected, given = base64.b64encode(digest).decode(), self.fields.get("signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            text = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
            raise SignatureError("SignatureDoesNotMatch", text)
        post_policy.check(policy, {**self.fields, "bucket": self.bucket}, self.size, now)
        return key_id

    def _claim(self) -> tuple[str, str]:
        """The access key id, and the scope where the signature is of version 4."""
        if self.fields.get("x-amz-algorithm") == ALGORITHM:
            key_id, _, scope = self.fields.get("x-amz-credential", "").partition("/")
            return key_id, scope
        return self.fields.get("awsaccesskeyid", ""), ""

    @property
    def headers(self) -> dict[str, str]:
        """What the fields are as headers of a PutObject."""
        kept = {name: value for name, value in self.fields.items() if name in _HEADERS or name.startswith(_AMAZON)}
        return kept | ({"x-amz-acl": self.fields["acl"]} if "acl" in self.fields else {})

    @property
    def version(self) -> str:
        """How it is signed."""
        return ALGORITHM if self._claim()[1] else "AWS"

    def as_put(self, environ: Mapping[str, Any], key_id: str) -> dict[str, Any]:
        """The PutObject. It goes as signed: moto asks whether there is an Authorization, and not whose."""
        gone = ("HTTP_CONTENT_", "HTTP_X_AMZ_", "CONTENT_TYPE")
        kept = {name: value for name, value in environ.items() if not name.startswith(gone)}
        put = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in self.headers.items()}
        if "HTTP_CONTENT_TYPE" in put:
            put["CONTENT_TYPE"] = put.pop("HTTP_CONTENT_TYPE")
        path = f"/{self.bucket}/{self.key}"
        return (
            kept
            | put
            | {
                "REQUEST_METHOD": "PUT",
                "RAW_URI": quote(path),
                "REQUEST_URI": quote(path),
                "PATH_INFO": path.encode().decode("latin-1"),
                "QUERY_STRING": "",
                "CONTENT_LENGTH": str(self.size),
                "wsgi.input": self.file,
                "HTTP_AUTHORIZATION": f"{ALGORITHM} Credential={key_id}/20000101/us-east-1/s3/aws4_request",
            }
        )

    def answer(self, etag: str, base: str) -> Answer:
        """What is said of success. *base*: the store's address."""
        location = f"{base}/{self.bucket}/{quote(self.key)}"
        where = self.fields.get("success_action_redirect") or self.fields.get("redirect", "")
        if where.startswith(("http://", "https://")):
            found = urlencode({"bucket": self.bucket, "key": self.key, "etag": etag})
            to = f"{where}{'&' if '?' in where else '?'}{found}"
            return Answer("303 See Other", [("ETag", etag), ("Location", to)], b"")
        headers = [("ETag", etag), ("Location", location)]
        wanted = self.fields.get("success_action_status", "")
        if wanted == "201":
            named = {"Location": location, "Bucket": self.bucket, "Key": self.key, "ETag": etag}
            inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in named.items())
            body = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{inner}</PostResponse>'.encode()
            return Answer("201 Created", [*headers, ("Content-Type", "application/xml")], body)
        return Answer("200 OK" if wanted == "200" else "204 No Content", headers, b"")


def sent(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Whether a request is a browser's upload."""
    form = headers.get("content-type", "").startswith("multipart/form-data")
    return form and method == "POST" and path.strip("/").count("/") == 0 and "delete" not in query


def read(environ: Mapping[str, Any], bucket: str) -> Form:
    """The form of a request. Raises SignatureError."""
    from werkzeug.formparser import parse_form_data

    _, texts, files = parse_form_data(dict(environ))
    fields = {name.lower(): value for name, value in texts.items()}
    name = ""
    file: IO[bytes] = io.BytesIO(fields.pop("file", "").encode())
    if "file" in files:
        name, file = os.path.basename(files["file"].filename or ""), files["file"].stream
    elif "file" not in texts:
        raise SignatureError("InvalidArgument", "POST requires exactly one file upload per request.")
    if not fields.get("key"):
        text = (
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
        )
        raise SignatureError("InvalidArgument", text)
    if "tagging" in fields:
        raise SignatureError("InvalidArgument", "This store takes no tagging with a form: tag the object afterwards.")
    fields["key"] = fields["key"].replace("${filename}", name)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return Form(bucket, fields, file, size)
