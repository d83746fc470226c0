"""Validating and mutating admission policies and their bindings (k8s.io/kubernetes/pkg/apis/admissionregistration/validation)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.webhooks import rule_errors
from emulator.apiserver.schema.cel.values import CelError

_REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"]
_ACTIONS = ["Audit", "Deny", "Warn"]
_PATCHES = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}
_REINVOCATIONS = ["IfNeeded", "Never"]


class PolicyStrategy(BuiltinStrategy):
    """ValidatingAdmissionPolicies: something to match, something to hold, and all of it CEL."""

    counts_generations = True
    has_status = True
    allow_unconditional_update = False

    def check(self, obj: Object) -> list[FieldError]:
        """Each expression compiles."""
        spec = obj.get("spec") or {}
        found: list[FieldError] = []
        found += _constraint_errors(spec)
        if not spec.get("validations") and not spec.get("auditAnnotations"):
            text = "validations or auditAnnotations must be defined"
            found.append(fields.required("spec.validations", f"{text}; validations or auditAnnotations are required"))
        for name in ("matchConditions", "variables", "validations"):
            for position, item in enumerate(spec.get(name) or ()):
                path = index(f"spec.{name}", position)
                found += _expression_errors(item.get("expression") or "", child(path, "expression"))
                reason = item.get("reason")
                if reason is not None and reason not in _REASONS:
                    found.append(fields.not_supported(child(path, "reason"), reason, _REASONS))
        return found


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


def _expression_errors(expression: str, path: str) -> list[FieldError]:
    if not expression.strip():
        return [fields.required(path, "expression is not specified")]
    from emulator.apiserver.schema.cel.program import program
    from emulator.apiserver.schema.cel.syntax import CelSyntaxError

    try:
        program(expression)
    except CelSyntaxError as error:
        return [fields.invalid(path, expression, f"compilation failed: ERROR: <input>:1:{error.at + 1}: {error}")]
    except CelError as error:
        return [fields.invalid(path, expression, f"compilation failed: ERROR: <input>:1:1: {error}")]
    return []


class MutatingPolicyStrategy(BuiltinStrategy):
    """MutatingAdmissionPolicies: something to match, and how it is changed."""

    counts_generations = True
    allow_unconditional_update = False

    def check(self, obj: Object) -> list[FieldError]:
        """Each mutation is of a known sort and compiles."""
        spec = obj.get("spec") or {}
        found = _constraint_errors(spec)
        for name in ("matchConditions", "variables"):
            for position, item in enumerate(spec.get(name) or ()):
                path = child(index(f"spec.{name}", position), "expression")
                found += _expression_errors(item.get("expression") or "", path)
        if not spec.get("mutations"):
            found.append(fields.required("spec.mutations", "mutations must contain at least one item"))
        for position, mutation in enumerate(spec.get("mutations") or ()):
            found += _mutation_errors(mutation, index("spec.mutations", position))
        policy = spec.get("reinvocationPolicy") or ""
        if not policy:
            found.append(fields.required("spec.reinvocationPolicy"))
        elif policy not in _REINVOCATIONS:
            found.append(fields.not_supported("spec.reinvocationPolicy", policy, _REINVOCATIONS))
        return found


def _mutation_errors(mutation: Object, path: str) -> list[FieldError]:
    sort = mutation.get("patchType") or ""
    if not sort:
        return [fields.required(child(path, "patchType"))]
    if sort not in _PATCHES:
        return [fields.not_supported(child(path, "patchType"), sort, list(_PATCHES))]
    found: list[FieldError] = []
    for name, field in _PATCHES.items():
        given = mutation.get(field)
        if name != sort and given is not None:
            found.append(fields.invalid(path, field, f"{field} is only allowed when patchType is {name}"))
        elif name == sort and given is None:
            found.append(fields.required(child(path, field), f"must be specified when patchType is {name}"))
        elif name == sort and given is not None:
            found += _expression_errors(given.get("expression") or "", child(child(path, field), "expression"))
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
