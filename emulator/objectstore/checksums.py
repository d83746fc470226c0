"""S3's additional checksums, in front of moto: it takes what it is told, and computes two of the five as if they were CRC-32.

Source: AWS, Amazon S3 User Guide, "Checking object integrity". The values are kept on moto's objects.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from emulator.objectstore.actions import asked
from emulator.objectstore.chunks import decoded, encoded
from emulator.objectstore.completion import COMPOSITE, DEFAULT, FULL, Completion
from emulator.objectstore.digests import ALGORITHMS, CHECKSUM, MismatchError, digest_of, text_of, wrong_digest
from emulator.objectstore.signature import query_values
from emulator.objectstore.wsgi import Application, Environ, Start, ask, headers_of, length_of, target_of

_SAID = "x-amz-sdk-checksum-algorithm"


class _Request(NamedTuple):
    method: str
    bucket: str
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def puts(self) -> bool:
        """Whether it brings an object, or a part of one."""
        path = f"/{self.bucket}/{self.key}"
        return self.method == "PUT" and asked("PUT", path, self.query)[0].action == "s3:PutObject"


class Checksums:
    """A WSGI application in front of moto's. ``backend`` is moto's S3 backend of one account."""

    def __init__(self, inner: Application, backend: Any) -> None:
        self._inner = inner
        self._backend = backend

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer one request. Raises MismatchError."""
        request = _request(environ)
        if not request.key:
            return self._inner(environ, start)
        if request.puts:
            if "x-amz-copy-source" not in request.headers:
                return self._put(environ, start, request)
            if "uploadId" not in request.query:
                return self._copy(environ, start, request)
        if request.method == "POST" and "uploads" in request.query:
            _check_kind(request.headers)
        if request.method == "POST" and "uploadId" in request.query:
            return self._complete(environ, start, request)
        if request.method == "HEAD" and request.headers.get("x-amz-checksum-mode") == "ENABLED":
            start = self._described(start, request)
        return self._inner(environ, start)

    def _put(self, environ: Environ, start: Start, request: _Request) -> Iterable[bytes]:
        """An object, or a part of one. A body in chunks goes on without them."""
        headers = request.headers
        if encoded(headers):
            data, trailers = decoded(environ["wsgi.input"].read(length_of(environ)), headers)
            headers = {**headers, **trailers}
            if algorithm := _promised(headers):
                name = CHECKSUM + algorithm.lower()
                if headers[name] != text_of(algorithm, data):
                    raise wrong_digest(name)
            environ = _unchunked(environ, data, trailers)
        if algorithm := _promised(headers):
            environ = {**environ, "HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM": algorithm}
        if "uploadId" in request.query:
            self._check_part(request, algorithm)
            return self._inner(environ, start)
        return self._inner(environ, self._kept(start, request))

    def _check_part(self, request: _Request, algorithm: str) -> None:
        """A part comes with a checksum of its upload's kind."""
        upload = self._upload(request)
        wanted = upload.metadata.get("x-amz-checksum-algorithm") if upload is not None else None
        if wanted and algorithm and wanted != algorithm:
            kinds = f"expected checksum Type: {wanted.lower()}, actual checksum Type: {algorithm.lower()}"
            raise MismatchError("InvalidRequest", f"Checksum Type mismatch occurred, {kinds}")

    def _kept(self, start: Start, request: _Request) -> Start:
        """With the type of an object's checksum; one that came without has CRC64NVME."""

        def kept(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            key = self._object(request) if status.startswith("200") else None
            if key is not None and key.multipart is None:
                if not key.checksum_algorithm:
                    key.checksum_algorithm, key.checksum_value = DEFAULT, text_of(DEFAULT, key.value)
                key.checksum_type = FULL
                headers = [*_without(headers), *_headers(key)]
            return start(status, headers, *rest)

        return kept

    def _copy(self, environ: Environ, start: Start, request: _Request) -> Iterable[bytes]:
        """A copy is one whole, however its source was uploaded."""
        answer = ask(self._inner, environ)
        key = self._object(request) if answer.good else None
        if key is not None:
            said = str(key.checksum_value).encode()
            key.checksum_algorithm = key.checksum_algorithm or DEFAULT
            key.checksum_value, key.checksum_type = text_of(key.checksum_algorithm, key.value), FULL
            headers = [item for item in answer.headers if item[0].lower() != "checksum"]  # moto's, which is none
            body = answer.body.replace(b">%b<" % said, b">%b<" % key.checksum_value.encode())
            answer = answer._replace(headers=headers, body=body)
        return answer.give(start)

    def _complete(self, environ: Environ, start: Start, request: _Request) -> Iterable[bytes]:
        """The end of an upload in parts."""
        data = environ["wsgi.input"].read(length_of(environ))
        environ = {**environ, "wsgi.input": io.BytesIO(data)}
        upload = self._upload(request)
        if upload is None:
            return self._inner(environ, start)
        completion = Completion(upload, data, request.headers)
        completion.check()
        answer = ask(self._inner, environ)
        key = self._object(request) if answer.good else None
        if key is not None and key.multipart is upload:
            completion.keep(key)
            name = f"Checksum{key.checksum_algorithm}"
            said = f"<{name}>{completion.text}</{name}><ChecksumType>{key.checksum_type}</ChecksumType>"
            body = answer.body.replace(
                b"</CompleteMultipartUploadResult>", f"{said}</CompleteMultipartUploadResult>".encode()
            )
            answer = answer._replace(body=body)
        return answer.give(start)

    def _described(self, start: Start, request: _Request) -> Start:
        """With the checksum as it is of this object, its type and its parts."""

        def described(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            key = self._object(request) if status.startswith("200") else None
            if key is not None and key.checksum_value in (value for _, value in headers):
                headers = [*_without(headers), *_headers(key)]
            return start(status, headers, *rest)

        return described

    def _object(self, request: _Request) -> Any:
        return self._backend.get_object(request.bucket, request.key, version_id=request.query.get("versionId"))

    def _upload(self, request: _Request) -> Any:
        bucket = self._backend.buckets.get(request.bucket)
        return bucket.multiparts.get(request.query["uploadId"]) if bucket is not None else None


def _request(environ: Environ) -> _Request:
    path, query = target_of(environ)
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    return _Request(environ["REQUEST_METHOD"], bucket, key, query_values(query), headers_of(environ))


def _promised(headers: Mapping[str, str]) -> str:
    """The algorithm of a body's checksum, in capitals; empty without one. Raises MismatchError."""
    given = [name for name in ALGORITHMS if CHECKSUM + name.lower() in headers]
    said = headers.get(_SAID, "").upper()
    if len(given) > 1:
        text = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        raise MismatchError("InvalidRequest", text)
    if said and not given:
        text = f"{_SAID} specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found."
        raise MismatchError("InvalidRequest", text)
    if said and said != given[0]:
        raise MismatchError("InvalidRequest", f"Value for {_SAID} header is invalid.")
    if not given:
        return ""
    name = CHECKSUM + given[0].lower()
    try:
        sized = len(base64.b64decode(headers[name], validate=True)) == len(digest_of(given[0]))
    except binascii.Error:
        sized = False
    if not sized:
        raise MismatchError("InvalidRequest", f"Value for {name} header is invalid.")
    return given[0]


def _check_kind(headers: Mapping[str, str]) -> None:
    """What an upload in parts is to be checked with. Raises MismatchError."""
    algorithm, kind = headers.get("x-amz-checksum-algorithm", ""), headers.get("x-amz-checksum-type", "")
    if algorithm and algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        text = f"Checksum algorithm provided is unsupported. Please try again with any of the valid types: [{known}]"
        raise MismatchError("InvalidRequest", text)
    if kind and not algorithm:
        text = "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
        raise MismatchError("InvalidRequest", text)
    if (kind == COMPOSITE and algorithm == DEFAULT) or (kind == FULL and algorithm.startswith("SHA")):
        text = f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum algorithm."
        raise MismatchError("InvalidRequest", text)


def _unchunked(environ: Environ, data: bytes, trailers: Mapping[str, str]) -> Environ:
    """The request as it would be without chunks."""
    gone = {"HTTP_X_AMZ_TRAILER", "HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "HTTP_CONTENT_ENCODING"}
    changed = {name: value for name, value in environ.items() if name not in gone}
    encodings = [name.strip() for name in environ.get("HTTP_CONTENT_ENCODING", "").split(",")]
    if kept := ",".join(name for name in encodings if name not in ("", "aws-chunked")):
        changed["HTTP_CONTENT_ENCODING"] = kept
    changed |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in trailers.items()}
    return changed | {
        "wsgi.input": io.BytesIO(data),
        "CONTENT_LENGTH": str(len(data)),
        "HTTP_X_AMZ_CONTENT_SHA256": "UNSIGNED-PAYLOAD",
    }


def _headers(key: Any) -> list[tuple[str, str]]:
    """An object's checksum, as it is answered."""
    parts = f"-{key.checksum_parts}" if key.checksum_type == COMPOSITE else ""
    name = CHECKSUM + key.checksum_algorithm.lower()
    return [(name, f"{key.checksum_value}{parts}"), (f"{CHECKSUM}type", key.checksum_type or FULL)]


def _without(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if not name.lower().startswith(CHECKSUM)]
