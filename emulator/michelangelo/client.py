"""An asynchronous client of some Kubernetes API server: what controllers, registration and gRPC reach Kubernetes through."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

Object = dict[str, Any]
RETRIED = frozenset({429, 500, 502, 503, 504})
ATTEMPTS = 5
BACKOFF_SECONDS = (0.05, 0.2, 0.8, 2.0, 5.0)
WATCH_TIMEOUT_SECONDS = 300
LASTING_SECONDS = 5.0
USER_AGENT = "michelangelo-controllermgr/0.1"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


class Resource(NamedTuple):
    """A resource in one version."""

    group: str
    version: str
    plural: str

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The path of a collection, an object or a subresource."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        parts = [root, *(["namespaces", namespace] if namespace else []), self.plural, name, subresource]
        return "/".join(part for part in parts if part)


class ApiError(Exception):
    """A Status that the API server answered with."""

    def __init__(self, status: Object, code: int) -> None:
        super().__init__(status.get("message") or f"HTTP {code}")
        self.status = status
        self.code = code
        self.reason: str = status.get("reason") or ""


@dataclass(frozen=True, slots=True)
class Access:
    """How an API server is reached: URL, CA (PEM), and a bearer token or a client certificate with its key (PEM)."""

    server: str
    token: str = ""
    authority_pem: bytes | None = None
    verify: bool = True
    certificate_pem: bytes = b""
    key_pem: bytes = b""

    def tls(self) -> ssl.SSLContext:
        """What connections are made with. Raises ssl.SSLError for a certificate or key that is none."""
        authority = self.authority_pem.decode() if self.authority_pem is not None else None
        context = ssl.create_default_context(cadata=authority)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.certificate_pem:
            with tempfile.NamedTemporaryFile() as file:  # the library takes files only
                file.write(self.certificate_pem + b"\n" + self.key_pem)
                file.flush()
                context.load_cert_chain(file.name)
        return context


class KubeClient:
    """One identity at one API server."""

    def __init__(self, access: Access, user_agent: str = USER_AGENT) -> None:
        headers = {"User-Agent": user_agent}
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        self._http = httpx.AsyncClient(
            base_url=access.server, verify=access.tls(), headers=headers, timeout=30, limits=limits, trust_env=False
        )

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        as_user: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Object:
        """Send a request; a server that is busy or away is asked again, later each time.

        Raises ApiError, or httpx.TransportError when the server stays away.
        """
        content = json.dumps(body).encode() if body is not None else None
        sent = dict(headers or {})
        if content is not None:
            sent["Content-Type"] = content_type
        if as_user:
            sent["Authorization"] = f"Bearer {as_user}"
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            try:
                answer = await self._http.request(method, path, content=content, params=params, headers=sent)
            except httpx.TransportError:
                if last or method not in ("GET", "PUT", "PATCH", "DELETE"):
                    raise
                await asyncio.sleep(_backoff(attempt, None))
                continue
            if answer.status_code in RETRIED and not last and (method == "GET" or "retry-after" in answer.headers):
                await asyncio.sleep(_backoff(attempt, answer.headers.get("retry-after")))
                continue
            return _checked(answer)
        raise AssertionError("the last attempt returns or raises")

    async def get(self, resource: Resource, namespace: str, name: str) -> Object:
        """An object. Raises ApiError."""
        return await self.request("GET", resource.path(namespace, name))

    async def find(self, resource: Resource, namespace: str, name: str) -> Object | None:
        """An object, or None."""
        try:
            return await self.get(resource, namespace, name)
        except ApiError as error:
            if error.code == 404:
                return None
            raise

    async def list(self, resource: Resource, namespace: str = "", **params: str) -> Object:
        """A list. Raises ApiError."""
        return await self.request("GET", resource.path(namespace), params=params)

    async def create(self, resource: Resource, obj: Object) -> Object:
        """Create an object in its own namespace. Raises ApiError."""
        namespace = obj["metadata"].get("namespace") or ""
        return await self.request("POST", resource.path(namespace), obj)

    async def update(self, resource: Resource, obj: Object, subresource: str = "") -> Object:
        """Replace an object. Raises ApiError."""
        meta = obj["metadata"]
        return await self.request("PUT", resource.path(meta.get("namespace") or "", meta["name"], subresource), obj)

    async def merge(
        self, resource: Resource, namespace: str, name: str, patch: Object, subresource: str = ""
    ) -> Object:
        """Merge-patch an object. Raises ApiError."""
        return await self.request("PATCH", resource.path(namespace, name, subresource), patch, content_type=MERGE)

    async def apply(self, resource: Resource, obj: Object, manager: str, *, force: bool = True) -> Object:
        """Server-side apply an object. Raises ApiError."""
        meta = obj["metadata"]
        params = {"fieldManager": manager, "force": "true" if force else "false"}
        path = resource.path(meta.get("namespace") or "", meta["name"])
        return await self.request("PATCH", path, obj, params, APPLY)

    async def delete(self, resource: Resource, namespace: str, name: str) -> Object | None:
        """Delete an object; None when it is not there. Raises ApiError."""
        try:
            return await self.request("DELETE", resource.path(namespace, name))
        except ApiError as error:
            if error.code == 404:
                return None
            raise

    async def follow(self, resource: Resource, namespace: str = "") -> AsyncIterator[tuple[str, Object]]:
        """Every object there is (as ``SYNC`` with a list's items), then every event, for ever.

        A watch that ends is resumed where it was; one whose position has expired starts over with a list. A server that
        is away is waited for, longer each time.
        """
        position = ""
        failures = 0
        while True:
            began = time.monotonic()
            try:
                if not position:
                    listed = await self.list(resource, namespace)
                    position = listed["metadata"]["resourceVersion"]
                    yield "SYNC", listed
                async for sort, obj in self._watch(resource, namespace, position):
                    if sort == "ERROR":
                        position = ""
                        break
                    position = obj["metadata"].get("resourceVersion") or position
                    if sort != "BOOKMARK":
                        yield sort, obj
            except ApiError as error:
                position = "" if error.code == 410 else position
            except httpx.TransportError:
                pass
            except (ValueError, KeyError):  # half an event, or none at all: what was missed is not known
                position = ""
            # A watch that lasted was a good one; of those that end at once each waits longer than the last.
            failures = 0 if time.monotonic() - began > LASTING_SECONDS else failures + 1
            await asyncio.sleep(_backoff(failures, None))

    async def _watch(self, resource: Resource, namespace: str, position: str) -> AsyncIterator[tuple[str, Object]]:
        params = {
            "watch": "true",
            "resourceVersion": position,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(WATCH_TIMEOUT_SECONDS),
        }
        timeout = httpx.Timeout(30, read=WATCH_TIMEOUT_SECONDS + 30)
        async with self._http.stream("GET", resource.path(namespace), params=params, timeout=timeout) as answer:
            if answer.status_code != 200:
                await answer.aread()
                _checked(answer)
            async for line in answer.aiter_lines():
                if line.strip():
                    event = json.loads(line)
                    yield event["type"], event["object"]


def _checked(answer: httpx.Response) -> Object:
    try:
        value: Object = answer.json() if answer.content else {}
    except ValueError:
        value = {"message": answer.text.strip()}
    if answer.status_code >= 400:
        raise ApiError(value if isinstance(value, dict) else {}, answer.status_code)
    return value


def _backoff(attempt: int, retry_after: str | None) -> float:
    """Seconds to wait: what the server says, else longer each time, never all clients at once."""
    if retry_after is not None and retry_after.isdigit():
        return float(retry_after)
    return BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)] * random.uniform(0.5, 1.0)
