"""Asks a webhook over HTTPS (k8s.io/apiserver/pkg/util/webhook, .../admission/plugin/webhook/request)."""

from __future__ import annotations

import base64
import ssl
from typing import Any

import orjson

from emulator.apiserver.admission.webhooks import DEFAULT_SECONDS, REVIEW, CallFailedError, Consultation
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.storage.interface import Key, KeyNotFoundError, Storage


class WebhookClient:
    """Sends reviews. A Service is reached at the first address of its Endpoints: there is no cluster network."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._contexts: dict[str, ssl.SSLContext] = {}

    async def ask(self, asked: Consultation) -> Object | CallFailedError:
        """The ``response`` of the review, or why there is none."""
        try:
            return await self._ask(asked)
        except CallFailedError as error:
            return error

    async def _ask(self, asked: Consultation) -> Object:
        seconds = asked.hook.get("timeoutSeconds") or DEFAULT_SECONDS
        return _response(await self.post(asked.hook["clientConfig"], seconds, asked.review), asked)

    async def post(self, client: Object, seconds: int, review: Object) -> bytes:
        """Send a review; the answer's body. Raises CallFailedError."""
        import httpx

        shown, url, extensions, headers = self._address(client, f"?timeout={seconds}s")
        headers["Content-Type"] = "application/json"
        post = f'failed to call webhook: Post "{shown}"'
        context = self._context(client.get("caBundle") or "")
        try:
            async with httpx.AsyncClient(verify=context, trust_env=False, timeout=seconds) as http:
                body = orjson.dumps(review)
                answer = await http.post(url, content=body, headers=headers, extensions=extensions)
        except httpx.TimeoutException:
            raise CallFailedError(f"{post}: context deadline exceeded") from None
        except httpx.ConnectError as error:
            raise CallFailedError(f"{post}: {_why(error, url)}") from None
        except httpx.HTTPError as error:
            raise CallFailedError(f"{post}: {error}") from None
        if not 200 <= answer.status_code < 300:
            raise CallFailedError(f"failed to call webhook: the server rejected our request: {answer.text[:200]}")
        return answer.content

    def _address(self, client: Object, query: str) -> tuple[str, str, dict[str, Any], dict[str, str]]:
        """The URL to show, the URL to ask, and what makes the TLS and the request about the Service's name."""
        if client.get("url"):
            return client["url"] + query, client["url"] + query, {}, {}
        service = client["service"]
        namespace, name, port = service["namespace"], service["name"], service.get("port") or 443
        path = service.get("path") or "/"
        host = f"{name}.{namespace}.svc"
        shown = f"https://{host}:{port}{path if path.startswith('/') else '/' + path}{query}"
        if self._find("services", namespace, name) is None:
            raise CallFailedError(f'failed to call webhook: Post "{shown}": service "{name}" not found')
        for subset in (self._find("endpoints", namespace, name) or {}).get("subsets") or ():
            for address in subset.get("addresses") or ():
                target = f"https://{address['ip']}:{subset['ports'][0]['port']}"
                return shown, shown.replace(f"https://{host}:{port}", target), {"sni_hostname": host}, {"Host": host}
        raise CallFailedError(f'failed to call webhook: Post "{shown}": no endpoints available for service "{name}"')

    def _find(self, resource: str, namespace: str, name: str) -> Object | None:
        try:
            found: Object = orjson.loads(self._storage.get(Key(resource, namespace, name)).data)
        except KeyNotFoundError:
            return None
        return found

    def _context(self, bundle: str) -> ssl.SSLContext:
        """TLS that trusts a configuration's CA bundle (none: the machine's)."""
        context = self._contexts.get(bundle)
        if context is None:
            try:
                text = base64.b64decode(bundle).decode() if bundle else None
                context = self._contexts[bundle] = ssl.create_default_context(cadata=text)
            except (ValueError, ssl.SSLError):
                raise CallFailedError("failed to call webhook: unable to load root certificates") from None
        return context


def _why(error: Exception, url: str) -> str:
    """A failed connection in the words that Go finds for it."""
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        why = (
            text.partition("certificate verify failed: ")[2].partition(" (_ssl")[0]
            or "certificate signed by unknown authority"
        )
        return f"tls: failed to verify certificate: x509: {why}"
    host = url.removeprefix("https://").partition("/")[0].partition("?")[0]
    return f"dial tcp {host if ':' in host else host + ':443'}: connect: connection refused"


def _response(content: bytes, asked: Consultation) -> Object:
    """The response out of a review. Raises CallFailedError when it is not one of this request."""
    try:
        review = orjson.loads(content)
    except ValueError:
        raise CallFailedError("failed to call webhook: the response is not JSON") from None
    review = review if isinstance(review, dict) else {}
    if {name: review.get(name) for name in REVIEW} != REVIEW:
        group, _, version = str(review.get("apiVersion") or "").rpartition("/")
        given = f"{group}/{version}, Kind={review.get('kind') or ''}"
        raise CallFailedError(
            f"received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got {given}"
        )
    response = review.get("response")
    if not isinstance(response, dict):
        raise CallFailedError("received invalid webhook response: webhook response did not include a response")
    uid = asked.review["request"]["uid"]
    if response.get("uid") != uid:
        given = response.get("uid") or ""
        raise CallFailedError(f'received invalid webhook response: expected response.uid="{uid}", got "{given}"')
    if response.get("patch") and response.get("patchType") != "JSONPatch":
        raise CallFailedError(
            "received invalid webhook response: webhook returned response.patch but not response.patchType"
        )
    return response
