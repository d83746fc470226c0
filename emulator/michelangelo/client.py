"""An asynchronous client of some Kubernetes API server: what controllers, registration and gRPC reach Kubernetes through."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import httpx

from emulator.michelangelo import retrying
from emulator.michelangelo.access import Access

__all__ = ["Access", "ApiError", "KubeClient", "Object", "Resource"]
Object = dict[str, Any]
REQUEST_SECONDS = 30.0
WATCH_SECONDS = 120.0  # a watch is asked to last so long, give or take; who is silent beyond it has gone
SILENCE_SECONDS = 20.0
LASTING_SECONDS = 5.0
USER_AGENT = "michelangelo-controllermgr/0.1"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
METADATA_ONLY = {"Accept": "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"}
METADATA_LIST = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"}


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

    def __init__(self, status: Object, code: int, retry_after: float | None = None) -> None:
        super().__init__(status.get("message") or f"HTTP {code}")
        self.status = status
        self.code = code
        self.reason: str = status.get("reason") or ""
        seconds = (status.get("details") or {}).get("retryAfterSeconds")
        causes = (status.get("details") or {}).get("causes") or ()
        self.from_the_future = any(cause.get("reason") == "ResourceVersionTooLarge" for cause in causes)
        self.retry_after = retry_after if retry_after is not None or not seconds else float(seconds)


class KubeClient:
    """One identity at one API server, near or far."""

    def __init__(self, access: Access, user_agent: str = USER_AGENT, watch_seconds: float = WATCH_SECONDS) -> None:
        self._access = access
        self._watch_seconds = watch_seconds
        self._extensions = {"sni_hostname": access.server_name} if access.server_name else {}
        self._http = httpx.AsyncClient(
            base_url=access.server,
            transport=access.transport(),
            headers=[("User-Agent", user_agent), *access.headers],
            timeout=REQUEST_SECONDS,
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
        """Send a request; a server that is busy or away is asked again, later each time, and shown a fresh token when it refuses one.

        Raises ApiError, or httpx.TransportError when the server stays away.
        """
        content = json.dumps(body).encode() if body is not None else None
        sent = dict(headers or {})
        if content is not None:
            sent["Content-Type"] = content_type
        renewed = False
        for attempt in range(retrying.ATTEMPTS):
            last = attempt == retrying.ATTEMPTS - 1
            sent |= {"Authorization": f"Bearer {as_user}"} if as_user else await self._authorization()
            try:
                answer = await self._http.request(
                    method, path, content=content, params=params, headers=sent, extensions=self._extensions
                )
            except httpx.TransportError as error:
                if last or not retrying.failed(method, error):
                    raise
                await asyncio.sleep(retrying.backoff(attempt))
                continue
            if answer.status_code == 401 and not as_user and not renewed and not last and await self._renew():
                renewed = True
                continue
            if not last and retrying.answered(method, answer):
                await asyncio.sleep(retrying.backoff(attempt, retrying.said(answer.headers)))
                continue
            return _checked(answer)
        raise AssertionError("the last attempt returns or raises")

    async def _authorization(self) -> dict[str, str]:
        """Who we are now. Raises httpx.TransportError when that cannot be said: it is tried again as if the server were away."""
        token = self._access.token
        if self._access.credentials is not None:
            try:
                token = await self._access.credentials.token()
            except OSError as error:
                raise httpx.TransportError(str(error)) from error
        return {"Authorization": f"Bearer {token}"} if token else {}

    async def _renew(self) -> bool:
        """The token was refused; whether there is another to show."""
        if self._access.credentials is None:
            return False
        try:
            return await self._access.credentials.renew()
        except OSError:
            return False

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

    async def follow(
        self,
        resource: Resource,
        namespace: str = "",
        params: Mapping[str, str] | None = None,
        *,
        metadata: bool = False,
    ) -> AsyncIterator[tuple[str, Object]]:
        """Every object there is (as ``SYNC`` with a list's items), then every event, for ever. *metadata*: nothing but metadata.

        A watch that ends is resumed where it was; one whose position has expired starts over with a list. A server that
        is away is waited for, longer each time.
        """
        position = ""
        failures = 0
        path = resource.path(namespace)
        selection = dict(params or {})
        while True:
            began = time.monotonic()
            asked: float | None = None
            try:
                if not position:
                    listed = await self.request(
                        "GET", path, params=selection, headers=METADATA_LIST if metadata else {}
                    )
                    position = listed["metadata"]["resourceVersion"]
                    yield "SYNC", listed
                async for sort, obj in self._watch(path, selection, position, METADATA_ONLY if metadata else {}):
                    if sort == "ERROR":
                        raise ApiError(obj, int(obj.get("code") or 500))
                    position = obj["metadata"].get("resourceVersion") or position
                    if sort != "BOOKMARK":
                        yield sort, obj
            except ApiError as error:
                if error.code in (404, 410) or error.from_the_future:  # 404: the resource itself is gone
                    position = ""
                elif error.code == 401:
                    await self._renew()
                asked = error.retry_after
            except httpx.TransportError:
                pass
            except (ValueError, KeyError):  # half an event, or none at all: what was missed is not known
                position = ""
            # A watch that lasted was a good one; of those that end at once each waits longer than the last.
            failures = 0 if time.monotonic() - began > LASTING_SECONDS else failures + 1
            await asyncio.sleep(retrying.backoff(failures, asked))

    async def _watch(
        self, path: str, selection: Mapping[str, str], position: str, headers: Mapping[str, str]
    ) -> AsyncIterator[tuple[str, Object]]:
        lasting = self._watch_seconds * random.uniform(0.75, 1.25)
        params = {
            **selection,
            "watch": "true",
            "resourceVersion": position,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(max(round(lasting), 1)),
        }
        sent = {**headers, **await self._authorization()}
        timeout = httpx.Timeout(REQUEST_SECONDS, read=lasting + min(SILENCE_SECONDS, self._watch_seconds))
        async with self._http.stream(
            "GET", path, params=params, headers=sent, timeout=timeout, extensions=self._extensions
        ) as answer:
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
        status = value if isinstance(value, dict) else {}
        if answer.status_code == 404 and "reason" not in status:  # client-go's words for a path that leads nowhere
            status = {"reason": "NotFound", "message": "the server could not find the requested resource"}
        raise ApiError(status, answer.status_code, retrying.said(answer.headers))
    return value
