"""Asks conversion webhooks."""

from __future__ import annotations

import uuid

import orjson

from emulator.apiserver.admission.webhook_client import WebhookClient
from emulator.apiserver.admission.webhooks import CallFailedError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.conversion import ConversionNeeded

SECONDS = 30
_GROUP = "apiextensions.k8s.io"
_KNOWN = ("v1", "v1beta1")


class OutsideClient(WebhookClient):
    """Asks webhooks of both sorts."""

    async def convert(self, needed: ConversionNeeded) -> None:
        """Have objects converted, and the converter note it. Raises StatusError (500)."""
        converter, objects = needed.converter, needed.objects
        version = next((name for name in converter.review_versions if name in _KNOWN), "v1")
        asked = str(uuid.uuid4())
        request = {"uid": asked, "desiredAPIVersion": converter.api_version, "objects": objects}
        review = {"kind": "ConversionReview", "apiVersion": f"{_GROUP}/{version}", "request": request}
        try:
            answer = await self.post(converter.client, SECONDS, review)
            converted = _converted(answer, asked)
        except CallFailedError as error:
            why = str(error).removeprefix("failed to call webhook: ")
            raise converter.failure(objects[0], f"failed: {why}") from None
        converter.note(objects, converted)


def _converted(content: bytes, asked: str) -> object:
    """The objects in an answer. Raises CallFailedError."""
    try:
        review = orjson.loads(content)
    except ValueError:
        raise CallFailedError("the response is not JSON") from None
    response: Object = (review.get("response") if isinstance(review, dict) else None) or {}
    if response.get("uid") != asked:
        raise CallFailedError(f'expected response.uid="{asked}", got "{response.get("uid") or ""}"')
    result = response.get("result") or {}
    if result.get("status") != "Success":
        said = f"unable to convert; response.result.status was '{result.get('status') or ''}', not 'Success'"
        raise CallFailedError(result.get("message") or said)
    return response.get("convertedObjects")
