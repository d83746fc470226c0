"""Conversion of custom resources by a webhook (k8s.io/apiextensions-apiserver/pkg/apiserver/conversion).

Theory of operation. A webhook is asked over HTTPS, and neither reads nor writes await anything. So a converter that does not know
an object's other form raises ``ConversionNeeded``; the endpoint asks, notes the answer in the converter, and reads or writes anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object, copy, metadata

NOTED = 4096  # objects whose other form is remembered: an answer is used at once, or asked for again


class WebhookConverter:
    """Turns objects of other versions into those of one version, as far as the webhook has been asked about them."""

    def __init__(self, conversion: Object, api_version: str, kind: str) -> None:
        webhook = conversion["webhook"]
        self.client: Object = webhook["clientConfig"]
        self.review_versions: list[str] = webhook.get("conversionReviewVersions") or ["v1"]
        self.api_version = api_version
        self.kind = kind
        self._noted: OrderedDict[bytes, bytes] = OrderedDict()

    def __call__(self, obj: Object) -> Object:
        """Convert in place. Raises ConversionNeeded."""
        if obj.get("apiVersion") == self.api_version:
            return obj
        there = self._noted.get(codec.encode(obj))
        if there is None:
            raise ConversionNeeded(self, [copy(obj)])
        obj.clear()
        obj.update(codec.load(there))
        return obj

    def unknown(self, objects: Iterable[Object]) -> list[Object]:
        """Those about which the webhook has still to be asked."""
        return [
            obj for obj in objects if obj.get("apiVersion") != self.api_version and codec.encode(obj) not in self._noted
        ]

    def note(self, asked: list[Object], answered: object) -> None:
        """Take the webhook's answer, in the order of the question. Raises StatusError (500) when it is none."""
        if not isinstance(answered, list) or len(answered) != len(asked):
            given = len(answered) if isinstance(answered, list) else 0
            raise self.failure(asked[0], f"returned {given} objects, expected {len(asked)}")
        for position, (before, after) in enumerate(zip(asked, answered, strict=True)):
            if why := self._wrong(before, after):
                raise self.failure(asked[0], f"returned invalid converted object at index {position}: {why}")
            old, new = metadata(before), after.get("metadata") or {}
            meta = {name: value for name, value in old.items() if name not in ("annotations", "labels")}
            meta |= {name: new[name] for name in ("annotations", "labels") if new.get(name)}
            self._noted[codec.encode(before)] = codec.encode({**after, "metadata": meta})
        while len(self._noted) > NOTED:
            self._noted.popitem(last=False)

    def _wrong(self, before: Object, after: object) -> str:
        if not isinstance(after, dict):
            return "not an object"
        group, _, version = self.api_version.rpartition("/")
        if after.get("apiVersion") != self.api_version:
            return f"invalid groupVersion (expected {group}/{version}, received {after.get('apiVersion') or ''})"
        if after.get("kind") != self.kind:
            return f"invalid kind (expected {self.kind}, received {after.get('kind') or ''})"
        new = after.get("metadata")
        if not isinstance(new, dict):
            return f"invalid metadata of type {type(new).__name__} in input object"
        for name in ("name", "namespace", "uid"):
            old = metadata(before).get(name) or ""
            if (new.get(name) or "") != old:
                return f"must have the same {name}: {new.get(name) or ''} != {old}"
        return ""

    def failure(self, about: Object, why: str) -> StatusError:
        """What the client is told when the webhook did not convert."""
        return StatusError(500, "", f"conversion webhook for {about.get('apiVersion')}, Kind={self.kind} {why}")


class ConversionNeeded(Exception):  # noqa: N818 - a request to the endpoint, no error
    """A conversion webhook's answer is needed before a read or write can go on."""

    def __init__(self, converter: WebhookConverter, objects: list[Object]) -> None:
        super().__init__(converter.api_version)
        self.converter = converter
        self.objects = objects
