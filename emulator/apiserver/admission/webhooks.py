"""Mutating and validating webhooks: who is asked about a write, and what their answers mean.

Theory of operation. A write runs without await (so that nothing comes between its read and its write), and a webhook is asked over
HTTPS. So the plugin asks nobody: where an answer is missing it raises ``Consultation``; the endpoint asks, remembers the answer in
the write's context and runs the write again from its beginning. An answer counts for the version of the object that it was about.

Source: k8s.io/apiserver/pkg/admission/plugin/webhook.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from emulator.apiserver.admission import rules
from emulator.apiserver.admission.authorizer_values import authorizer_scope
from emulator.apiserver.admission.bound_policies import conditions_hold
from emulator.apiserver.admission.chain import Plugin
from emulator.apiserver.admission.request import admission_request
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.apimachinery.patch import json_patch
from emulator.apiserver.authz.interface import Authorizer
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.catalog import Catalog
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.schema.cel.values import CelError
from emulator.apiserver.storage.interface import Key, KeyNotFoundError, Storage

GROUP = "admissionregistration.k8s.io"
REVIEW = {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}
MUTATING, VALIDATING = f"mutatingwebhookconfigurations.{GROUP}", f"validatingwebhookconfigurations.{GROUP}"
DEFAULT_SECONDS = 10


class Consultation(Exception):  # noqa: N818 - a request to the endpoint, no error
    """A webhook's answer is needed before the write can go on."""

    def __init__(self, key: tuple[Any, ...], hook: Object, review: Object) -> None:
        super().__init__(hook["name"])
        self.key = key
        self.hook = hook
        self.review = review


class CallFailedError(Exception):
    """A webhook could not be asked, or answered nonsense; ``failurePolicy`` decides what that means."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A hook that a write has to pass, and the kind in which it wants to see the object."""

    configuration: str
    hook: Object
    kind: Kind


class Webhooks(Plugin):
    """Lets the webhooks of all configurations change and refuse writes; the server's own writes pass."""

    def __init__(self, storage: Storage, catalog: Catalog, authorizer: Authorizer) -> None:
        self._storage = storage
        self._catalog = catalog
        self._authorizer = authorizer
        self._known: dict[str, tuple[int, list[tuple[str, Object]]]] = {}

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Ask mutating webhooks in the order of their names; those that want to be are asked again after a later change."""
        assert obj is not None, "only creates and updates are changed"
        changed_at = -1
        asked = list(self._asked(MUTATING, operation, context, obj, old))
        for position, one in enumerate(asked):
            if self._mutate("first", one, operation, context, obj, old):
                changed_at = position
        for position, one in enumerate(asked):
            if position < changed_at and one.hook.get("reinvocationPolicy") == "IfNeeded":
                self._mutate("again", one, operation, context, obj, old)

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Ask validating webhooks; about a deletion the mutating ones too, which can only refuse it."""
        if operation == "DELETE":
            for one in self._asked(MUTATING, operation, context, obj, old):
                self._answer("first", one, operation, context, obj, old)
        for one in self._asked(VALIDATING, operation, context, obj, old):
            self._answer("last", one, operation, context, obj, old)

    def _mutate(self, turn: str, one: Asked, operation: str, context: Context, obj: Object, old: Object | None) -> bool:
        """Apply what a webhook answers; whether that changed the object."""
        answer = self._answer(turn, one, operation, context, obj, old)
        patch = answer.get("patch")
        if not patch:
            return False
        seen = copy(obj) if one.kind.resource == context.resource else one.kind.convert(copy(obj))
        try:
            operations = orjson.loads(base64.b64decode(patch))
            new = json_patch.compile(operations)(seen)
        except (ValueError, StatusError) as error:
            raise errors.internal(f"jsonpatch of webhook {one.hook['name']}: {error}") from None
        served = self._catalog.lookup(context.resource.group, context.resource.version, context.resource.plural)
        if served is not None and not context.subresource:
            if one.kind.resource != context.resource:
                served.kind.convert(new)
            served.kind.shape.read(new)
            served.kind.shape.default(new)
        if new == obj:
            return False
        obj.clear()
        obj.update(new)
        return True

    def _answer(
        self, turn: str, one: Asked, operation: str, context: Context, obj: Object | None, old: Object | None
    ) -> Object:
        """A webhook's answer, which allows. Raises Consultation when it is not known yet, StatusError when it refuses."""
        hook = one.hook
        version = metadata(old).get("resourceVersion") if old is not None else ""
        key = (turn, one.configuration, hook["name"], operation, context.subresource, context.name, version)
        answer = context.remembered.get(key)
        if answer is None:
            raise Consultation(key, hook, _review(one, operation, context, obj, old))
        if isinstance(answer, CallFailedError):
            if hook.get("failurePolicy") == "Ignore":
                return {}
            raise errors.internal(f'failed calling webhook "{hook["name"]}": {answer}')
        if not answer.get("allowed"):
            raise refusal(hook["name"], answer.get("status") or {})
        context.warnings += [text for text in answer.get("warnings") or () if text not in context.warnings]
        return dict(answer)

    def _asked(
        self, sort: str, operation: str, context: Context, obj: Object | None, old: Object | None
    ) -> Iterator[Asked]:
        if not self._storage.count(sort):  # which is what most writes find
            return
        if context.user is SYSTEM or context.resource.group == GROUP:
            return
        for configuration, hook in self._hooks(sort):
            kind = self._kind(hook, operation, context)
            if kind is None or not rules.selects(hook, context, obj, old, self._labels):
                continue
            if self._conditions_hold(hook, operation, context, obj, old):
                yield Asked(f"{sort}/{configuration}", hook, kind)

    def _conditions_hold(
        self, hook: Object, operation: str, context: Context, obj: Object | None, old: Object | None
    ) -> bool:
        """Whether a hook's matchConditions hold. Raises StatusError (403) when they cannot be evaluated."""
        if not hook.get("matchConditions"):
            return True
        request = admission_request(context.resource, operation, context, obj)
        asking = authorizer_scope(self._authorizer, context)
        try:
            scope = {"object": obj, "oldObject": old, "request": request, **asking}
            return conditions_hold(hook["matchConditions"], scope)
        except CelError as error:
            if hook.get("failurePolicy") == "Ignore":
                return False
            raise errors.forbidden(context.resource.group_resource, context.name, str(error)) from None

    def _kind(self, hook: Object, operation: str, context: Context) -> Kind | None:
        """The kind that a hook's rules name: the write's own, or with ``matchPolicy: Equivalent`` another version's."""
        group, version, plural = context.resource.group, context.resource.version, context.resource.plural
        others = self._catalog.versions(group, plural) if hook.get("matchPolicy") != "Exact" else []
        for candidate in [version, *(other for other in others if other != version)]:
            if any(rules.asks(rule, operation, context, candidate) for rule in hook.get("rules") or ()):
                served = self._catalog.lookup(group, candidate, plural)
                return served.kind if served is not None else None
        return None

    def _hooks(self, sort: str) -> list[tuple[str, Object]]:
        """All hooks of a sort with their configurations' names, in their order; decoded once per change."""
        changed = self._storage.changed(sort)
        known = self._known.get(sort)
        if known is None or known[0] != changed:
            found = [orjson.loads(stored.data) for stored in self._storage.list(sort, "").items]
            hooks = [(each["metadata"]["name"], hook) for each in found for hook in each.get("webhooks") or ()]
            known = self._known[sort] = (changed, hooks)
        return known[1]

    def _labels(self, namespace: str) -> dict[str, str]:
        try:
            return dict(self._storage.get(Key("namespaces", "", namespace)).labels)
        except KeyNotFoundError:
            return {}


def _review(one: Asked, operation: str, context: Context, obj: Object | None, old: Object | None) -> Object:
    """The AdmissionReview that a webhook is sent."""

    def seen(value: Object | None) -> Object | None:
        if value is None:
            return None
        private: Object = copy(value)
        return private if one.kind.resource == context.resource else one.kind.convert(private)

    request = admission_request(one.kind.resource, operation, context, obj)
    objects = {"object": seen(obj), "oldObject": seen(old)}
    return {**REVIEW, "request": {"uid": str(uuid.uuid4()), **request, **objects}}


def refusal(name: str, status: Object) -> StatusError:
    """What the client sees when a webhook refuses: its own status, with the webhook's name before the message."""
    denied = f'admission webhook "{name}" denied the request'
    why = status.get("message") or status.get("reason")
    code = status.get("code") or 0
    message = f"{denied}: {why}" if why else f"{denied} without explanation"
    return StatusError(code if code >= 400 else 400, status.get("reason") or "", message, status.get("details"))
