"""The gate in front of moto: who signed the request, may they, and a line in the access log.

moto itself lets DeleteObjects through for everybody, and neither verifies nor expires presigned URLs; the gate asks for each
request, and for each key of a bulk delete.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import IO, Any, Protocol
from urllib.parse import unquote
from xml.sax.saxutils import escape

from emulator.objectstore import forms, policy, signature_v2
from emulator.objectstore.actions import Asked, asked
from emulator.objectstore.chunks import encoded
from emulator.objectstore.conditions import Facts
from emulator.objectstore.digests import CHECKSUM, CheckedBody, MismatchError
from emulator.objectstore.facts import facts_of
from emulator.objectstore.signature import SignatureError, Signed, query_values, service_of, signer
from emulator.objectstore.wsgi import Application, Environ, ask, headers_of, length_of, target_of

DENIED = "AccessDenied"
MAX_SIGNED_BODY = 1 << 20
_BAD = {
    "MalformedXML",
    "InvalidArgument",
    "InvalidRequest",
    "InvalidPart",
    "InvalidPolicyDocument",
    "EntityTooSmall",
    "EntityTooLarge",
    "BadDigest",
    "IncompleteBody",
    "MalformedTrailerError",
    "XAmzContentSHA256Mismatch",
    "AuthorizationQueryParametersError",
}
_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
ElementTree.register_namespace("", _NAMESPACE[1:-1])  # moto reads elements by their bare names


class Users(Protocol):
    """Who may sign, and what they may."""

    def secrets(self) -> dict[str, str]:
        """Access key ids, and their secrets."""
        ...

    def name(self, key_id: str) -> str:
        """The user of an access key."""
        ...

    def policies(self, name: str) -> list[dict[str, Any]]:
        """A user's policy documents."""
        ...


class RefusedError(Exception):
    """A request that is not carried out: S3's error code."""

    def __init__(self, code: str, message: str, service: str = "s3") -> None:
        super().__init__(message)
        self.code = code
        self.service = service


class Gate:
    """A WSGI application in front of another."""

    def __init__(self, inner: Application, users: Users, log: IO[str] | None, administrator: str) -> None:
        self._inner = inner
        self._users = users
        self._log = log
        self._administrator = administrator

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        begun = time.monotonic()
        entry: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "who": "anonymous"}

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            entry["status"] = int(status[:3])
            entry["sent"] = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
            return start_response(status, headers, *rest)

        _check_body(environ)
        entry["verdict"] = "allowed"
        try:
            body = self._serve(environ, start, entry)
        except RefusedError as error:
            body = _refuse(environ, start, error)
            entry |= {"error": error.code} | ({"verdict": "denied"} if entry["status"] == 403 else {})
        except MismatchError as error:
            body = _refuse(environ, start, RefusedError(error.code, str(error)))
            entry["error"] = error.code
        except KeyError:
            if "uploadId" not in environ.get("QUERY_STRING", ""):
                raise
            text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted."
            body = _refuse(environ, start, RefusedError("NoSuchUpload", text))  # moto looks it up without asking
            entry["error"] = "NoSuchUpload"
        entry["seconds"] = round(time.monotonic() - begun, 4)
        self._write(entry)
        return body

    def _serve(self, environ: Environ, start: Callable[..., Any], entry: dict[str, Any]) -> Iterable[bytes]:
        request = _signed(environ)
        entry |= {"method": request.method, "path": unquote(request.path), "received": length_of(environ)}
        query = {part.partition("=")[0]: part.partition("=")[2] for part in request.query.split("&") if part}
        if forms.sent(request.method, request.path, query, request.headers):
            return self._take_form(environ, start, request, entry)
        try:
            key_id = self._signer(request)
        except SignatureError as error:
            raise RefusedError(error.code, str(error)) from None
        name = self._users.name(key_id) if key_id else ""
        entry["who"] = name or "anonymous"
        if service_of(request) not in ("", "s3") or request.path.startswith("/moto-api"):
            if name != self._administrator and not (name and _asks_who_it_is(request, environ)):
                raise RefusedError(DENIED, "Access Denied", service_of(request))
            return self._inner(environ, start)
        source = request.headers.get("x-amz-copy-source", "")
        bulk = request.method == "POST" and "delete" in query and request.path.strip("/").count("/") == 0
        every = asked(request.method, unquote(request.path), query, source)
        first = Asked("s3:DeleteObject", every[0].bucket, "") if bulk else every[0]
        entry |= {"action": first.action, "bucket": first.bucket, "key": first.key}
        if name == self._administrator:
            return self._inner(environ, start)
        facts = facts_of(request, query, environ, name)
        if bulk:
            return self._delete_objects(environ, start, facts, first.bucket, entry)
        for needed in every:
            if not self._may(facts, needed):
                entry["denied"] = f"{needed.action} {needed.resource}"
                raise RefusedError(DENIED, "Access Denied")
        return self._inner(environ, self._hidden(start, facts, first))

    def _take_form(
        self, environ: Environ, start: Callable[..., Any], request: Signed, entry: dict[str, Any]
    ) -> Iterable[bytes]:
        """A browser's upload: who signed the form's policy puts the object."""
        try:
            form = forms.read(environ, unquote(request.path).strip("/"))
            key_id = form.signer(self._users.secrets(), datetime.now(UTC))
        except SignatureError as error:
            raise RefusedError(error.code, str(error)) from None
        name = self._users.name(key_id)
        needed = Asked("s3:PutObject", form.bucket, form.key)
        entry |= {"who": name, "action": needed.action, "bucket": form.bucket, "key": form.key}
        signed = Signed("PUT", request.path, "", {**request.headers, **form.headers})
        facts = {**facts_of(signed, {}, environ, name), "s3:authtype": "POST", "s3:signatureversion": form.version}
        if name != self._administrator and not self._may(facts, needed):
            entry["denied"] = f"{needed.action} {needed.resource}"
            raise RefusedError(DENIED, "Access Denied")
        answer = ask(self._inner, form.as_put(environ, key_id))
        if answer.good:
            etag = next((value for header, value in answer.headers if header.lower() == "etag"), "")
            answer = form.answer(etag, f"http://{environ.get('HTTP_HOST', '')}")
        return answer.give(start)

    def _hidden(self, start: Callable[..., Any], facts: Facts, needed: Asked) -> Callable[..., Any]:
        """Who may not list a bucket is not told that a key is missing: the answer is AccessDenied (GetObject, "Permissions")."""
        if needed.action != "s3:GetObject" or self._may(facts, Asked("s3:ListBucket", needed.bucket, "")):
            return start

        def checked(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if status.startswith("404"):
                raise RefusedError(DENIED, "Access Denied")
            return start(status, headers, *rest)

        return checked

    def _signer(self, request: Signed) -> str | None:
        secrets, now = self._users.secrets(), datetime.now(UTC)
        values = query_values(request.query)
        if "AWSAccessKeyId" in values and "authorization" not in request.headers:
            return signature_v2.signer(request, values, secrets, now)
        return signer(request, secrets, now)

    def _may(self, facts: Facts, needed: Asked) -> bool:
        name = facts.get("aws:username", "")
        return bool(name) and policy.allows(self._users.policies(name), needed.action, needed.resource, facts)

    def _delete_objects(
        self, environ: Environ, start: Callable[..., Any], facts: Facts, bucket: str, entry: dict[str, Any]
    ) -> Iterable[bytes]:
        """Bulk deletion: each key is asked for; the others are deleted, as S3 does."""
        data = environ["wsgi.input"].read(length_of(environ))
        try:
            root = ElementTree.fromstring(data)
        except ElementTree.ParseError:
            raise RefusedError("MalformedXML", "The XML you provided was not well-formed") from None
        space = _NAMESPACE if root.tag.startswith("{") else ""
        refused = []
        for item in root.findall(f"{space}Object"):
            key = item.findtext(f"{space}Key") or ""
            version = item.findtext(f"{space}VersionId") or ""
            action = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
            if not self._may(facts, Asked(action, bucket, key)):
                refused.append((action, key, version))
                root.remove(item)
        if not refused:
            return self._inner(_with_body(environ, data), start)
        entry |= {"verdict": "denied", "denied": " ".join([refused[0][0], *(key for _, key, _ in refused)])}
        errors = "".join(_denied(key, version) for _, key, version in refused)
        text = f'<DeleteResult xmlns="{_NAMESPACE[1:-1]}"></DeleteResult>'
        if root.findall(f"{space}Object"):
            answer = ask(self._inner, _with_body(environ, ElementTree.tostring(root)))
            if not answer.good:
                return answer.give(start)
            text = answer.body.decode()
        body = text.replace("</DeleteResult>", f"{errors}</DeleteResult>").encode()
        start("200 OK", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body]

    def _write(self, entry: dict[str, Any]) -> None:
        if self._log is not None:
            self._log.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._log.flush()


def _denied(key: str, version: str) -> str:
    """A key of a bulk deletion that may not be deleted."""
    which = f"<VersionId>{escape(version)}</VersionId>" if version else ""
    return f"<Error><Key>{escape(key)}</Key>{which}<Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def _signed(environ: Environ) -> Signed:
    path, query = target_of(environ)
    headers = headers_of(environ)
    payload = ""
    if "authorization" in headers and "x-amz-content-sha256" not in headers:  # all services but S3 sign the body itself
        data = environ["wsgi.input"].read(min(length_of(environ), MAX_SIGNED_BODY))
        environ["wsgi.input"] = io.BytesIO(data)
        payload = hashlib.sha256(data).hexdigest()
    return Signed(environ["REQUEST_METHOD"], path, query, headers, payload)


def _asks_who_it_is(request: Signed, environ: Environ) -> bool:
    """GetCallerIdentity, which everybody may ask (its body has been read: it is signed)."""
    body = environ["wsgi.input"]
    if service_of(request) != "sts" or not isinstance(body, io.BytesIO):
        return False
    return b"Action=GetCallerIdentity" in body.getvalue().split(b"&")


def _check_body(environ: Environ) -> None:
    """Have the body checked against its digests as it is read."""
    headers = headers_of(environ)
    if encoded(headers):
        return  # the digests are of what is in the chunks
    if environ["REQUEST_METHOD"] == "POST" and "uploadId" in environ.get("QUERY_STRING", ""):
        headers = {
            name: value for name, value in headers.items() if not name.startswith(CHECKSUM)
        }  # of the whole object
    body = CheckedBody(environ["wsgi.input"], length_of(environ), headers)
    if body.promised and length_of(environ):
        environ["wsgi.input"] = body


def _with_body(environ: Environ, data: bytes) -> Environ:
    changed = {**environ, "wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": str(len(data))}
    changed.pop("HTTP_CONTENT_MD5", None)  # it is of the whole list
    return changed


def _refuse(environ: Environ, start: Callable[..., Any], error: RefusedError) -> Iterable[bytes]:
    """S3's answer. The server reads what is left of the body."""
    status = (
        "404 Not Found"
        if error.code == "NoSuchUpload"
        else "400 Bad Request"
        if error.code in _BAD
        else "403 Forbidden"
    )
    inner = f"<Code>{error.code}</Code><Message>{escape(str(error))}</Message>"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error>{inner}<Resource>{escape(unquote(environ['PATH_INFO']))}</Resource><RequestId>0</RequestId></Error>"
    )
    if error.service not in ("", "s3"):
        text = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>0</RequestId></ErrorResponse>"
    body = b"" if environ["REQUEST_METHOD"] == "HEAD" else text.encode()
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
    start(status, headers)
    return [body]
