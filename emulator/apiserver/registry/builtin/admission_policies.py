"""Validating and mutating admission policies and their bindings (k8s.io/kubernetes/pkg/apis/admissionregistration/validation)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.webhooks import rule_errors

_ACTIONS = ["Audit", "Deny", "Warn"]
_REINVOCATIONS = ["IfNeeded", "Never"]


class PolicyStrategy(BuiltinStrategy):
    """ValidatingAdmissionPolicies: something to match, something to hold, and all of it CEL."""

    counts_generations = True
    has_status = True
    allow_unconditional_update = False

    def check(self, obj: Object) -> list[FieldError]:
        """Each expression compiles, and knows its names."""
        spec = obj.get("spec") or {}
        found: list[FieldError] = []
        found += _constraint_errors(spec)
        if not spec.get("validations") and not spec.get("auditAnnotations"):
            text = "validations or auditAnnotations must be defined"
            found.append(fields.required("spec.validations", f"{text}; validations or auditAnnotations are required"))
        from emulator.apiserver.registry.builtin.policy_expressions import validating_errors

        return found + validating_errors(obj["metadata"].get("name") or "", spec)


def _constraint_errors(spec: Object) -> list[FieldError]:
    found: list[FieldError] = []
    constraints = spec.get("matchConstraints")
    if constraints is None:
        found.append(fields.required("spec.matchConstraints"))
    elif not constraints.get("resourceRules"):
        found.append(fields.required("spec.matchConstraints.resourceRules"))
    for position, rule in enumerate((constraints or {}).get("resourceRules") or ()):
        found += rule_errors(rule, index("spec.matchConstraints.resourceRules", position))
    return found


class MutatingPolicyStrategy(BuiltinStrategy):
    """MutatingAdmissionPolicies: something to match, and how it is changed."""

    counts_generations = True
    allow_unconditional_update = False

    def check(self, obj: Object) -> list[FieldError]:
        """Each mutation is of a known sort and compiles."""
        spec = obj.get("spec") or {}
        found = _constraint_errors(spec)
        from emulator.apiserver.registry.builtin.policy_expressions import mutating_errors

        found += mutating_errors(spec)
        policy = spec.get("reinvocationPolicy") or ""
        if not policy:
            found.append(fields.required("spec.reinvocationPolicy"))
        elif policy not in _REINVOCATIONS:
            found.append(fields.not_supported("spec.reinvocationPolicy", policy, _REINVOCATIONS))
        return found


class MutatingPolicyBindingStrategy(BuiltinStrategy):
    """MutatingAdmissionPolicyBindings: which policy."""

    counts_generations = True
    allow_unconditional_update = False

    def check(self, obj: Object) -> list[FieldError]:
        """A policy."""
        return [] if (obj.get("spec") or {}).get("policyName") else [fields.required("spec.policyName")]


class PolicyBindingStrategy(BuiltinStrategy):
    """ValidatingAdmissionPolicyBindings: which policy, and what follows from a failure."""

    counts_generations = True
    allow_unconditional_update = False

    def check(self, obj: Object) -> list[FieldError]:
        """A policy, and actions that go together."""
        spec = obj.get("spec") or {}
        found: list[FieldError] = []
        if not spec.get("policyName"):
            found.append(fields.required("spec.policyName"))
        actions = spec.get("validationActions") or []
        if not actions:
            found.append(fields.required("spec.validationActions", "at least one validation action is required"))
        for position, action in enumerate(actions):
            path = index("spec.validationActions", position)
            if action not in _ACTIONS:
                found.append(fields.not_supported(path, action, _ACTIONS))
            elif action in actions[:position]:
                found.append(fields.duplicate(path, action))
        if "Deny" in actions and "Warn" in actions:
            text = "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)"
            found.append(fields.invalid("spec.validationActions", actions, text))
        return found
