"""Label selectors in specs: what is wrong with them, and what they match (k8s.io/apimachinery/pkg/apis/meta/v1/validation)."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.metadata import validate_labels
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.selectors import label_selector_from_object
from emulator.apiserver.apimachinery.syntax import label_value, qualified_name


def selector_errors(selector: Object | None, path: str) -> list[FieldError]:
    """Everything wrong with a label selector."""
    if selector is None:
        return []
    found = validate_labels(selector.get("matchLabels"), child(path, "matchLabels"))
    for position, requirement in enumerate(selector.get("matchExpressions") or ()):
        found += requirement_errors(requirement, index(child(path, "matchExpressions"), position))
    return found


def requirement_errors(requirement: Object, path: str, *, newer: bool = False) -> list[FieldError]:
    """What is wrong with a requirement of labels; *newer*: its operator may be one that is not known yet."""
    found = operator_errors(requirement, path, newer=newer)
    name = requirement.get("key") or ""
    found += [fields.invalid(child(path, "key"), name, text) for text in qualified_name(name)]
    for position, value in enumerate(requirement.get("values") or ()):
        where = index(child(path, "values"), position)
        found += [fields.invalid(where, value, text) for text in label_value(value)]
    return found


def operator_errors(requirement: Object, path: str, *, newer: bool = False) -> list[FieldError]:
    """Whether an operator is known, and has values where it needs some."""
    found: list[FieldError] = []
    operator, values = requirement.get("operator") or "", requirement.get("values") or []
    if operator in ("In", "NotIn"):
        if not values:
            found.append(fields.required(child(path, "values"), "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            found.append(fields.forbidden(child(path, "values"), text))
    elif not newer:
        found.append(fields.invalid(child(path, "operator"), operator, "not a valid selector operator"))
    return found


def is_empty(selector: Object | None) -> bool:
    """Whether a selector asks for nothing, and so takes everything."""
    return not (selector or {}).get("matchLabels") and not (selector or {}).get("matchExpressions")


def matches(selector: Object, labels: Any) -> bool:
    """Whether labels are selected."""
    return label_selector_from_object(selector).matches(labels or {})
