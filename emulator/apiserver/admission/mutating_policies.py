"""MutatingAdmissionPolicies: CEL that changes what is written (k8s.io/apiserver/pkg/admission/plugin/policy/mutating)."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from emulator.apiserver.admission.bound_policies import BoundPolicies, conditions_hold, denied, run, variables
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.managedfields.typed import TypedError
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.apimachinery.patch import json_patch
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.schema.cel.values import CelError, Struct

Invocation = tuple[Object, Object, Object | None]
"""A policy, a binding of it, and the parameters that the binding hands to it."""


class MutatingPolicies(BoundPolicies):
    """Applies every policy that is bound, in the order of their names; some once more after a later one changed something."""

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Change a write. Raises StatusError (422) for a policy that fails, unless it ignores that."""
        if obj is None:
            return
        invocations: list[Invocation] = []
        for policy, binding in self.bound("mutating", operation, context, obj, old):
            for param in self._params_of(policy, binding, context, obj):
                invocations.append((policy, binding, param))
        if not invocations:
            return
        served = self.catalog.lookup(context.resource.group, context.resource.version, context.resource.plural)
        if served is None:
            return
        changed_at = -1
        for position, one in enumerate(invocations):
            if self._invoke(one, served.kind, operation, context, obj, old):
                changed_at = position
        for one in invocations[: max(changed_at, 0)]:
            if one[0]["spec"].get("reinvocationPolicy") == "IfNeeded":
                self._invoke(one, served.kind, operation, context, obj, old)

    def _params_of(self, policy: Object, binding: Object, context: Context, obj: Object) -> list[Object | None]:
        try:
            return self.params(policy["spec"], binding["spec"], context)
        except CelError as error:
            _fail(policy, binding, context, obj, str(error))
            return []

    def _invoke(
        self, one: Invocation, kind: Kind, operation: str, context: Context, obj: Object, old: Object | None
    ) -> bool:
        """Apply one policy's mutations in their order; whether they changed the object."""
        policy, binding, param = one
        spec, before = policy["spec"], copy(obj)
        try:
            if not conditions_hold(spec.get("matchConditions"), self._scope(operation, context, obj, old, param)):
                return False
        except CelError as error:
            _fail(policy, binding, context, obj, str(error))
            return False
        for mutation in spec.get("mutations") or ():
            scope = variables(spec, self._scope(operation, context, obj, old, param))
            try:
                new = _mutated(mutation, kind, context, obj, scope)
            except (CelError, TypedError, ValueError, StatusError) as error:
                _fail(policy, binding, context, obj, str(error))
                continue
            if not context.subresource:
                kind.shape.read(new)
                kind.shape.default(new)
            obj.clear()
            obj.update(new)
        return bool(obj != before)

    def _scope(self, operation: str, context: Context, obj: Object, old: Object | None, param: Object | None) -> Object:
        return {**self.scope(operation, context, obj, old), "params": param}


def _mutated(mutation: Object, kind: Kind, context: Context, obj: Object, scope: Object) -> Object:
    """The object that a mutation makes. Raises CelError, TypedError, ValueError, StatusError."""
    if mutation.get("patchType") == "JSONPatch":
        value = run(mutation["jsonPatch"]["expression"], scope)
        if not isinstance(value, list) or not all(isinstance(one, Struct) and one.type == "JSONPatch" for one in value):
            raise CelError("type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch")
        made: Object = json_patch.compile([plain(operation) for operation in value])(copy(obj))
        return made
    value = run(mutation["applyConfiguration"]["expression"], scope)
    if not isinstance(value, Struct) or value.type != "Object":
        raise CelError("must evaluate to Object")
    _check_names(value)
    part = {**plain(value), "apiVersion": kind.resource.api_version, "kind": kind.resource.kind}
    try:
        return kind.field_manager(context.subresource).overlay(obj, part)
    except TypedError as error:
        raise TypedError(f"error applying patch: {error}") from None


def _check_names(value: Any) -> None:
    """Each struct is of the type that its place has. Raises CelError."""
    for name, item in value.items():
        for one in item if isinstance(item, list) else (item,):
            if isinstance(one, Struct):
                expected = f"{value.type}.{name}"
                if one.type != expected:
                    raise CelError(
                        f'type mismatch: unexpected type name "{one.type}", expected "{expected}", '
                        "which matches field name path from root Object type"
                    )
                _check_names(one)


def plain(value: Any) -> Any:
    """A value of CEL as JSON."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (datetime, timedelta)):
        from emulator.apiserver.schema.cel.functions import to_string

        return to_string(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _fail(policy: Object, binding: Object, context: Context, obj: Object, why: str) -> None:
    """Raises StatusError, unless the policy ignores its failures."""
    if policy["spec"].get("failurePolicy") == "Ignore":
        return
    which = f"policy '{metadata(policy)['name']}' with binding '{metadata(binding)['name']}'"
    raise denied(context, obj, f"{which} denied request: {why}", "")
