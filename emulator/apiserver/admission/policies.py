"""ValidatingAdmissionPolicies: CEL that refuses writes, or warns of them (k8s.io/apiserver/pkg/admission/plugin/policy/validating).

Audit annotations are computed, because one that fails refuses the write; there is no audit log that they could go to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from emulator.apiserver.admission.authorizer_values import without_authorizer
from emulator.apiserver.admission.bound_policies import BoundPolicies, conditions_hold, denied, run, variables
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.schema.cel.values import CelError


class Failure(NamedTuple):
    """What a failed validation says, its reason, and whether it is an audit annotation: those refuse whatever the binding says."""

    text: str
    reason: str = ""
    annotates: bool = False


class Policies(BoundPolicies):
    """Asks every policy that is bound."""

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse what a policy denies. Raises StatusError: by the validation's reason, 422 when it has none."""
        for policy, binding in self.bound("validating", operation, context, obj, old):
            self._judge(policy, binding, operation, context, obj, old)

    def _judge(
        self, policy: Object, binding: Object, operation: str, context: Context, obj: Object | None, old: Object | None
    ) -> None:
        scope = self.scope(operation, context, obj, old)
        which = f"ValidatingAdmissionPolicy '{metadata(policy)['name']}' with binding '{metadata(binding)['name']}'"
        for text, reason, annotates in self._failures(policy["spec"], binding["spec"], context, scope):
            actions = ["Deny"] if annotates else binding["spec"].get("validationActions") or []
            if "Warn" in actions:
                context.warnings.append(f"Validation failed for {which}: {text}")
            if "Deny" in actions:
                raise denied(context, obj or old or {}, f"{which} denied request: {text}", reason)

    def _failures(self, spec: Object, binding: Object, context: Context, scope: Object) -> Iterator[Failure]:
        fails = spec.get("failurePolicy") != "Ignore"
        try:
            if not conditions_hold(spec.get("matchConditions"), scope):
                return
            params = self.params(spec, binding, context)
        except CelError as error:
            if fails:
                yield Failure(str(error))
            return
        for one in params:
            yield from _validate(spec, {**scope, "params": one}, fails=fails)
            yield from _annotate(spec, without_authorizer({**scope, "params": one}), fails=fails)


def _validate(spec: Object, scope: Object, *, fails: bool) -> Iterator[Failure]:
    """What each validation that does not hold says."""
    silent = without_authorizer(scope)
    scope = variables(spec, scope)
    for validation in spec.get("validations") or ():
        expression = " ".join(validation["expression"].split())
        try:
            held = run(validation["expression"], scope)
        except CelError as error:
            if fails:
                yield Failure(_failed(expression, error), validation.get("reason") or "")
            continue
        if held is not True:
            yield Failure(_said(validation, expression, variables(spec, silent)), validation.get("reason") or "")


def _annotate(spec: Object, scope: Object, *, fails: bool) -> Iterator[Failure]:
    """What each audit annotation that has no value says."""
    if not spec.get("auditAnnotations"):
        return
    from emulator.apiserver.schema.cel.functions import type_name

    scope = variables(spec, scope)
    for annotation in spec["auditAnnotations"]:
        expression = annotation["valueExpression"]
        try:
            value = run(expression, scope)
        except CelError as error:
            if fails:
                yield Failure(_failed(" ".join(expression.split()), error), annotates=True)
            continue
        if value is not None and not isinstance(value, str):
            unfit = f"unsupported return type: {type_name(value)}. Return type must be either string or null."
            yield Failure(f"valueExpression '{expression}' resulted in {unfit}", annotates=True)


def _failed(expression: str, error: CelError) -> str:
    return f"expression '{expression}' resulted in error: {error}"


def _said(validation: Object, expression: str, scope: Object) -> str:
    if validation.get("messageExpression"):
        try:
            text = run(validation["messageExpression"], scope)
            if isinstance(text, str) and text.strip() and "\n" not in text:
                return text.strip()
        except CelError:
            pass
    return (validation.get("message") or "").strip() or f"failed expression: {expression}"
