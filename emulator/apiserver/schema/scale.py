"""The values that a scale subresource points to: replicas and the selector.

Source of the rules: k8s.io/apiextensions-apiserver/pkg/registry/customresource/validator.go.
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, go_print
from emulator.apiserver.apimachinery.objects import Object

_MOST_REPLICAS = 2**31 - 1
_GO_TYPES = {
    str: "string",
    bool: "bool",
    int: "int64",
    float: "float64",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    type(None): "<nil>",
}


class Scale:
    """``spec.versions[*].subresources.scale`` of a definition."""

    def __init__(self, given: Object) -> None:
        self.spec_replicas: str = given.get("specReplicasPath") or ""
        self.status_replicas: str = given.get("statusReplicasPath") or ""
        self.selector: str = given.get("labelSelectorPath") or ""

    def validate(self, obj: Object) -> list[FieldError]:
        """What is wrong with the values in spec and status."""
        return _replicas(obj, self.spec_replicas) + self.validate_status(obj)

    def validate_status(self, obj: Object) -> list[FieldError]:
        """What is wrong with the values in the status."""
        found = _replicas(obj, self.status_replicas)
        if self.selector:
            value, problem = nested(obj, self.selector)
            if not problem and value is not None and not isinstance(value, str):
                problem = _accessor_error(self.selector, value, "string")
            if problem:
                found.append(fields.invalid(self.selector, "", problem))
        return found


def nested(obj: Object, path: str) -> tuple[Any, str]:
    """The value at a simple path (``.spec.replicas``), or why there can be none; (None, "") when it is absent."""
    names = path.removeprefix(".").split(".")
    value: Any = obj
    for position, name in enumerate(names):
        if value is None:
            return None, ""
        if not isinstance(value, dict):
            return None, _accessor_error("." + ".".join(names[: position + 1]), value, "map[string]interface{}")
        if name not in value:
            return None, ""
        value = value[name]
    return value, ""


def _replicas(obj: Object, path: str) -> list[FieldError]:
    if not path:
        return []
    value, problem = nested(obj, path)
    if problem:
        return [fields.invalid(path, 0, problem)]
    if value is None:
        return []
    if not isinstance(value, int) or isinstance(value, bool):
        return [fields.invalid(path, 0, _accessor_error(path, value, "int64"))]
    if value < 0:
        return [fields.invalid(path, value, "should be a non-negative integer")]
    if value > _MOST_REPLICAS:
        return [fields.invalid(path, value, f"should be less than or equal to {_MOST_REPLICAS}")]
    return []


def _accessor_error(path: str, value: Any, wanted: str) -> str:
    return f"{path} accessor error: {go_print(value)} is of the type {_GO_TYPES[type(value)]}, expected {wanted}"
