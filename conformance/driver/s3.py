"""An S3 client for one identity: plain requests signed with Signature Version 4, every one recorded.

Writes only under the run's own prefix (see ``ownership``), unless it was made to act for ``cleanup``, which has its own rules.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import quote
from xml.sax.saxutils import escape

from conformance.driver.errors import NotOursError
from conformance.driver.history import Exchange
from conformance.driver.lane import Lane
from conformance.driver.wire import Origin, Question

_WRITES = frozenset({"PUT", "POST", "DELETE"})
Parameters = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Keys:
    """Who signs. ``name`` is what reports call it."""

    name: str
    access_key_id: str
    secret_access_key: str
    session_token: str = ""


@dataclass(frozen=True)
class ObjectAnswer:
    """The answer of the object store."""

    exchange: Exchange

    @property
    def code(self) -> int:
        """The HTTP status."""
        return self.exchange.status

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.exchange.status < 300

    @property
    def bytes(self) -> bytes:
        """The body as it came."""
        return self.exchange.answer

    @cached_property
    def xml(self) -> ElementTree.Element:
        """The body as XML without namespaces; an empty element when it is none."""
        try:
            root = ElementTree.fromstring(self.exchange.answer)
        except ElementTree.ParseError:
            return ElementTree.Element("nothing")
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    @property
    def error(self) -> str:
        """The error code, such as AccessDenied, or nothing."""
        return "" if self.ok else (self.xml.findtext("Code") or "")

    def texts(self, path: str) -> list[str]:
        """The texts of all elements under a path."""
        return [element.text or "" for element in self.xml.findall(path)]

    def said(self) -> str:
        """What was answered, short."""
        return (
            f"{self.code}"
            if self.ok
            else f"{self.code} {self.error or self.exchange.answer[:200].decode(errors='replace')}"
        )


@dataclass(frozen=True)
class ObjectStore:
    """Speaks to an S3 endpoint as somebody, path-style."""

    origin: Origin | None  # None: answered from a recording
    keys: Keys
    lane: Lane
    bucket: str
    prefix: str  # what may be written; empty: anything (cleanup only)
    region: str = "us-east-1"
    user_agent: str = "ma-conformance"

    def request(
        self,
        method: str,
        key: str = "",
        *,
        bucket: str = "",
        query: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        ours: bool = False,
    ) -> ObjectAnswer:
        """Any request. Raises TargetError when no answer comes, NotOursError before something foreign is written."""
        if method in _WRITES and not ours and not (key and key.startswith(self.prefix)):
            raise NotOursError(f"refusing to {method} s3://{bucket or self.bucket}/{key}: not under {self.prefix}")
        path = f"/{bucket or self.bucket}" + (f"/{quote(key, safe='/-_.~')}" if key else "")
        pairs = sorted((quote(k, safe="-_.~"), quote(str(v), safe="-_.~")) for k, v in (query or {}).items())
        canonical_query = "&".join(f"{k}={v}" for k, v in pairs)
        sent = {k.lower(): v for k, v in (headers or {}).items()}
        secret = self._sign(method, path, canonical_query, sent, body)
        sent["user-agent"] = self.user_agent
        target = path + (f"?{canonical_query}" if canonical_query else "")
        return ObjectAnswer(
            self.lane.ask("s3", self.origin, self.keys.name, Question(method, target, sent, body, secret))
        )

    def service(self, name: str, method: str, body: bytes, headers: Mapping[str, str]) -> ObjectAnswer:
        """A request to another service on the same endpoint. Raises TargetError."""
        secret = self._sign(method, "/", "", headers, body, name)
        sent = {**headers, "user-agent": self.user_agent}
        return ObjectAnswer(self.lane.ask("s3", self.origin, self.keys.name, Question(method, "/", sent, body, secret)))

    def _sign(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, service: str = "s3"
    ) -> dict[str, str]:
        if self.origin is None:
            return {}
        now = datetime.now(UTC)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        digest = hashlib.sha256(body).hexdigest()
        signed = {**headers, "host": self.origin.authority, "x-amz-date": stamp, "x-amz-content-sha256": digest}
        if self.keys.session_token:
            signed["x-amz-security-token"] = self.keys.session_token
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
        canonical = "\n".join([method, self.origin.prefix + path, query, lines, names, digest])
        scope = f"{day}/{self.region}/{service}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{self.keys.secret_access_key}".encode()
        for part in (day, self.region, service, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        credential = f"Credential={self.keys.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        secret = {"Authorization": f"AWS4-HMAC-SHA256 {credential}"}
        secret |= {name: value for name, value in signed.items() if name.startswith("x-amz-") and name not in headers}
        return secret

    def put(self, key: str, data: bytes) -> ObjectAnswer:
        """PutObject."""
        return self.request("PUT", key, body=data)

    def get(self, key: str, span: str = "") -> ObjectAnswer:
        """GetObject; of *span* only, such as ``bytes=0-9``."""
        return self.request("GET", key, headers={"range": span} if span else None)

    def head(self, key: str) -> ObjectAnswer:
        """HeadObject."""
        return self.request("HEAD", key)

    def delete(self, key: str, version: str = "") -> ObjectAnswer:
        """DeleteObject."""
        return self.request("DELETE", key, query={"versionId": version} if version else None)

    def list_objects(self, prefix: str = "", *, token: str = "", limit: int = 1000, bucket: str = "") -> ObjectAnswer:
        """ListObjectsV2."""
        query: dict[str, str | int] = {"list-type": 2, "prefix": prefix, "max-keys": limit}
        if token:
            query["continuation-token"] = token
        return self.request("GET", bucket=bucket, query=query)

    def keys_under(self, prefix: str, bucket: str = "") -> list[str]:
        """Every key under a prefix, page by page. An answer that is no success ends it."""
        found: list[str] = []
        token = ""
        while True:
            page = self.list_objects(prefix, token=token, bucket=bucket)
            found += page.texts("Contents/Key")
            token = page.xml.findtext("NextContinuationToken") or ""
            if not page.ok or not token or page.xml.findtext("IsTruncated") != "true":
                return found

    def versions_under(self, prefix: str, bucket: str = "") -> ObjectAnswer:
        """ListObjectVersions, its first page."""
        return self.request("GET", bucket=bucket, query={"versions": "", "prefix": prefix})

    def delete_many(self, keys: Iterable[tuple[str, str]], bucket: str = "") -> ObjectAnswer:
        """DeleteObjects: pairs of key and version (empty: the current one); at most 1000. The answer lists the errors."""
        pairs = list(keys)
        for key, _ in pairs:
            if not key.startswith(self.prefix):
                raise NotOursError(f"refusing to delete s3://{bucket or self.bucket}/{key}: not under {self.prefix}")
        entries = "".join(
            f"<Object><Key>{escape(key)}</Key>{f'<VersionId>{escape(version)}</VersionId>' if version else ''}</Object>"
            for key, version in pairs
        )
        body = f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{entries}</Delete>'.encode()
        checksum = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        headers = {"content-md5": checksum, "content-type": "application/xml"}
        return self.request("POST", bucket=bucket, query={"delete": ""}, headers=headers, body=body, ours=True)
