"""Admission policies of either sort: which are bound to a write, and what their expressions see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from emulator.apiserver.admission import rules
from emulator.apiserver.admission.authorizer_values import authorizer_scope
from emulator.apiserver.admission.chain import Plugin
from emulator.apiserver.admission.request import admission_request
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.selectors import label_selector_from_object
from emulator.apiserver.authz.interface import Authorizer
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.catalog import Catalog
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.schema.cel.values import CelError
from emulator.apiserver.storage.interface import Key, KeyNotFoundError, Storage

if TYPE_CHECKING:
    from emulator.apiserver.schema.cel.program import Step

GROUP = "admissionregistration.k8s.io"
_BINDINGS = {sort: f"{sort}admissionpolicybindings.{GROUP}" for sort in ("mutating", "validating")}
_CODES = {"Unauthorized": 401, "Forbidden": 403, "RequestEntityTooLarge": 413, "Invalid": 422}


class BoundPolicies(Plugin):
    """Finds the policies that are bound; nothing is decoded or compiled twice."""

    def __init__(self, storage: Storage, catalog: Catalog, authorizer: Authorizer) -> None:
        self.storage = storage
        self.catalog = catalog
        self.authorizer = authorizer
        self._known: dict[str, tuple[int, list[Object]]] = {}

    def bound(
        self, sort: str, operation: str, context: Context, obj: Object | None, old: Object | None
    ) -> Iterator[tuple[Object, Object]]:
        """Each policy of a sort (``validating``, ``mutating``) that is about a write, with a binding of it."""
        if not self.storage.count(_BINDINGS[sort]):  # which is what most writes find
            return
        resource = context.resource
        if context.user is SYSTEM or (resource.group == GROUP and "admissionpolic" in resource.plural):
            return
        bindings = self._all(_BINDINGS[sort])
        for policy in self._all(f"{sort}admissionpolicies.{GROUP}"):
            spec, name = policy["spec"], metadata(policy)["name"]
            if not self._matches(spec.get("matchConstraints") or {}, operation, context, obj, old):
                continue
            for binding in bindings:
                bound = binding["spec"]
                if bound.get("policyName") != name:
                    continue
                limits = bound.get("matchResources")
                if limits is None or self._matches(limits, operation, context, obj, old, anything=True):
                    yield policy, binding

    def scope(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> Object:
        """The variables of every expression but those that say something."""
        return {
            **authorizer_scope(self.authorizer, context),
            "object": obj,
            "oldObject": old,
            "request": admission_request(context.resource, operation, context, obj),
            "namespaceObject": self._get("namespaces", "", context.namespace) if context.namespace else None,
        }

    def _matches(
        self,
        limits: Object,
        operation: str,
        context: Context,
        obj: Object | None,
        old: Object | None,
        *,
        anything: bool = False,
    ) -> bool:
        """Whether ``matchConstraints`` are about a write; *anything*: no rules are no limit, as in a binding."""
        if not rules.selects(limits, context, obj, old, self._labels):
            return False
        versions = [context.resource.version]
        if limits.get("matchPolicy") != "Exact":
            versions += self.catalog.versions(context.resource.group, context.resource.plural)

        def named(which: str) -> bool:
            return any(
                rules.asks(rule, operation, context, version)
                and (not rule.get("resourceNames") or context.name in rule["resourceNames"])
                for rule in limits.get(which) or ()
                for version in versions
            )

        if named("excludeResourceRules"):
            return False
        return named("resourceRules") or (anything and not limits.get("resourceRules"))

    def params(self, spec: Object, binding: Object, context: Context) -> list[Object | None]:
        """The objects that a binding hands to its policy. Raises CelError when there have to be some and are none."""
        kind, reference = spec.get("paramKind"), binding.get("paramRef")
        if not kind or not reference:
            return [None]
        group, _, version = kind["apiVersion"].rpartition("/")
        served = next(
            (each for each in self.catalog if each.resource.kind == kind["kind"] and each.resource.group == group
             and each.resource.version == version and each.store is not None), None,
        )  # fmt: skip
        if served is None or served.store is None:
            raise CelError(f"failed to find resource referenced by paramKind: '{group}/{version}, Kind={kind['kind']}'")
        namespace = (reference.get("namespace") or context.namespace) if served.resource.namespaced else ""
        if reference.get("name"):
            stored = served.store.find(namespace, reference["name"])
            found: list[Object | None] = [served.store.decode(stored, served.kind)] if stored is not None else []
        else:
            chosen = label_selector_from_object(reference.get("selector") or {})
            listed = self.storage.list(served.store.name, namespace).items
            found = [served.store.decode(each, served.kind) for each in listed if chosen.matches(each.labels)]
        if not found and reference.get("parameterNotFoundAction") == "Deny":
            raise CelError("no params found for policy binding with `Deny` parameterNotFoundAction")
        return found

    def _all(self, resource: str) -> list[Object]:
        """All objects of a resource, decoded once per change."""
        changed = self.storage.changed(resource)
        known = self._known.get(resource)
        if known is None or known[0] != changed:
            found = [orjson.loads(stored.data) for stored in self.storage.list(resource, "").items]
            known = self._known[resource] = (changed, found)
        return known[1]

    def _get(self, resource: str, namespace: str, name: str) -> Object | None:
        try:
            found: Object = orjson.loads(self.storage.get(Key(resource, namespace, name)).data)
        except KeyNotFoundError:
            return None
        return found

    def _labels(self, namespace: str) -> dict[str, str]:
        return dict(metadata(self._get("namespaces", "", namespace) or {"metadata": {}}).get("labels") or {})


def conditions_hold(conditions: list[Object] | None, scope: Object) -> bool:
    """Whether all matchConditions hold. Raises CelError when none is false and one cannot be evaluated."""
    failed: CelError | None = None
    for condition in conditions or ():
        try:
            if run(condition["expression"], scope) is not True:
                return False
        except CelError as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return True


def run(expression: str, scope: Object) -> Any:
    """The value of an expression. Raises CelError."""
    return compiled(expression)(scope)


@lru_cache(1024)
def compiled(expression: str) -> Step:
    """What evaluates an expression. Raises CelError."""
    from emulator.apiserver.schema.cel.program import program
    from emulator.apiserver.schema.cel.syntax import CelSyntaxError

    try:
        return program(expression)
    except CelSyntaxError as error:
        raise CelError(f"compilation error: {error}") from None


def variables(spec: Object, scope: Object) -> Object:
    """The scope with a policy's own variables; who asks for one that failed is told that it is missing."""
    found: Object = {}
    scope = {**scope, "variables": found}
    for variable in spec.get("variables") or ():
        try:
            found[variable["name"]] = run(variable["expression"], scope)
        except CelError:
            continue
    return scope


def denied(context: Context, obj: Object, text: str, reason: str) -> StatusError:
    """The refusal of a policy: by its reason, 422 when it has none."""
    error = errors.forbidden(context.resource.group_resource, context.name or metadata(obj).get("name") or "", text)
    error.reason = reason or "Invalid"
    error.code = _CODES.get(error.reason, 422)
    error.details = {**(error.details or {}), "causes": [{"message": text}]}
    return error
