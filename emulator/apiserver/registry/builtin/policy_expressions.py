"""The expressions of admission policies as they are when a policy is written: which names they know, and whether they fit.

Objects, parameters and the request are dynamic here; what is known of their types the real server reports in the status alone.
"""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import qualified_name
from emulator.apiserver.schema.cel.check import typed
from emulator.apiserver.schema.cel.types import BOOL, DYN, NULL, STRING, UNKNOWN, Type
from emulator.apiserver.schema.cel.values import REQUEST_RESOURCE

Names = dict[str, Type]
_AUTHORIZER: Names = {
    "authorizer": Type("kubernetes.authorization.Authorizer"),
    REQUEST_RESOURCE: Type("kubernetes.authorization.ResourceCheck"),
}
_ANYTHING: tuple[Type, ...] = ()
_REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"]
_PATCHES = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}
_MOST_ANNOTATIONS, _LONGEST_ANNOTATION_BYTES = 20, 5 * 1024
_SPELLED = {NULL: "null_type"}


def validating_errors(policy: str, spec: Object) -> list[FieldError]:
    """What is wrong with the expressions of a validating policy of that name."""
    found, names = _shared_errors(spec), names_of(spec)
    for position, item in enumerate(spec.get("validations") or ()):
        path = index("spec.validations", position)
        found += _needed(item.get("expression") or "", child(path, "expression"), names, (BOOL,))
        text = item.get("messageExpression") or ""
        if text.strip():
            found += _errors(text, child(path, "messageExpression"), _silent(names), (STRING,))
        reason = item.get("reason")
        if reason is not None and reason not in _REASONS:
            found.append(fields.not_supported(child(path, "reason"), reason, _REASONS))
    return found + _annotation_errors(policy, spec.get("auditAnnotations") or [], names)


def mutating_errors(spec: Object) -> list[FieldError]:
    """What is wrong with the mutations of a policy."""
    found, names = _shared_errors(spec), names_of(spec)
    if not spec.get("mutations"):
        found.append(fields.required("spec.mutations", "mutations must contain at least one item"))
    for position, mutation in enumerate(spec.get("mutations") or ()):
        found += _mutation_errors(mutation, index("spec.mutations", position), names)
    return found


def _shared_errors(spec: Object) -> list[FieldError]:
    """What is wrong with what policies of both sorts have: matchConditions and variables."""
    found: list[FieldError] = []
    for name, names, wanted in (
        ("matchConditions", _condition_names(spec), (BOOL,)),
        ("variables", names_of(spec), _ANYTHING),
    ):
        for position, item in enumerate(spec.get(name) or ()):
            path = child(index(f"spec.{name}", position), "expression")
            found += _needed(item.get("expression") or "", path, names, wanted)
    return found


def _annotation_errors(policy: str, annotations: list[Object], names: Names) -> list[FieldError]:
    found: list[FieldError] = []
    if len(annotations) > _MOST_ANNOTATIONS:
        text = f"must not have more than {_MOST_ANNOTATIONS} auditAnnotations"
        found.append(fields.invalid("spec.auditAnnotations", annotations, text))
    keys: set[str] = set()
    for position, annotation in enumerate(annotations):
        path, key = index("spec.auditAnnotations", position), annotation.get("key") or ""
        if policy:
            full = f"{policy}/{key}"
            found += [fields.invalid(child(path, "key"), full, text) for text in qualified_name(full)]
        else:
            found.append(fields.invalid(child(path, "key"), key, "requires metadata.name be non-empty"))
        where, text = child(path, "valueExpression"), (annotation.get("valueExpression") or "").strip()
        if not text:
            found.append(fields.required(where, "valueExpression is not specified"))
        elif len(text.encode()) > _LONGEST_ANNOTATION_BYTES:
            found.append(fields.required(where, f"must not exceed {_LONGEST_ANNOTATION_BYTES} bytes in length"))
        else:
            found += _errors(text, where, names, (STRING, NULL))
        if key in keys:
            found.append(fields.duplicate(child(path, "key"), key))
        keys.add(key)
    return found


def _mutation_errors(mutation: Object, path: str, names: Names) -> list[FieldError]:
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
            found += _needed(given.get("expression") or "", child(child(path, field), "expression"), names)
    return found


def _condition_names(spec: Object) -> Names:
    """What matchConditions know."""
    return _names(DYN, DYN if spec.get("paramKind") else None)


def _names(own: Type, params: Type | None) -> Names:
    names = {"object": own, "oldObject": own, "request": DYN, "namespaceObject": DYN} | _AUTHORIZER
    return names | {"params": params} if params is not None else names


def names_of(spec: Object, own: Type = DYN, params: Type | None = DYN) -> Names:
    """What all other expressions know: the variables, too, each with the type of its expression.

    *own* is the type of the object, *params* that of the parameters (None: there are none).
    """
    names, known = _names(own, params if spec.get("paramKind") else None), dict[str, Type]()
    names["variables"] = Type("kubernetes.variables", fields=known)
    for variable in spec.get("variables") or ():
        kind, _ = typed(variable.get("expression") or "", names)
        known[variable.get("name") or ""] = kind
    return names


def _silent(names: Names) -> Names:
    """What a messageExpression knows: all but the authorizer."""
    return {name: kind for name, kind in names.items() if name not in _AUTHORIZER}


def _needed(expression: str, path: str, names: Names, wanted: tuple[Type, ...] = _ANYTHING) -> list[FieldError]:
    if not expression.strip():
        return [fields.required(path, "expression is not specified")]
    return _errors(expression, path, names, wanted)


def _errors(expression: str, path: str, names: Names, wanted: tuple[Type, ...] = _ANYTHING) -> list[FieldError]:
    """What is wrong with an expression that has to evaluate to one of some types."""
    kind, problem = typed(expression, names)
    if problem is not None:
        return [fields.invalid(path, expression, f"compilation failed: {problem}")]
    if wanted and kind not in (UNKNOWN, DYN, *wanted):
        spelled = [_SPELLED.get(each, str(each)) for each in wanted]
        text = spelled[0] if len(spelled) == 1 else f"one of [{' '.join(spelled)}]"
        return [fields.invalid(path, expression, f"must evaluate to {text}")]
    return []
