"""Defaults in a schema: each must be what its own schema accepts, and name no unknown fields.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.metadata import coerce_metadata
from emulator.apiserver.apimachinery.objects import Object, copy
from emulator.apiserver.schema.compiled import validate_value
from emulator.apiserver.schema.embedded import coerce_embedded, validate_embedded
from emulator.apiserver.schema.pruning import prune_value
from emulator.apiserver.schema.structural import Node
from emulator.apiserver.schema.validation import Validator

_META = ("metadata", "apiVersion", "kind")
_TYPE: Object = {"apiVersion": "validation/v1", "kind": "Validation"}

Surround = Callable[[Any], Any]
"""Puts a default's value where it would stand in the object around it."""


def validate_defaults(schema: Object, path: str) -> list[FieldError]:
    """Everything wrong with the defaults of a structural schema."""
    found: list[FieldError] = []
    _validate({**schema, "x-kubernetes-embedded-resource": True}, path, lambda value: value, found, inside_meta=False)
    return found


def _validate(schema: Object, path: str, surround: Surround, found: list[FieldError], *, inside_meta: bool) -> None:
    embedded = bool(schema.get("x-kubernetes-embedded-resource"))
    if embedded:
        inside_meta = False
        surround = _root
    if schema.get("default") is not None:
        found += _validate_meta(schema, path, surround) if inside_meta else _validate_default(schema, path)
    if isinstance(schema.get("items"), dict):
        _validate(schema["items"], f"{path}.items", lambda x: surround([x]), found, inside_meta=inside_meta)
    for name in sorted(schema.get("properties") or ()):
        sub = schema["properties"][name]
        where = fields.key(f"{path}.properties", name)
        inside = inside_meta or (embedded and name in _META)
        _validate(sub, where, _within(surround, name), found, inside_meta=inside)


def _root(value: Any) -> Any:
    return {**_TYPE, **value} if isinstance(value, dict) else value


def _within(surround: Surround, name: str) -> Surround:
    return lambda value: surround({name: value})


def _validate_default(schema: Object, path: str) -> list[FieldError]:
    where, value = f"{path}.default", schema["default"]
    node = Node(schema)
    found: list[FieldError] = []
    if prune_value(copy(value), node):
        found.append(fields.invalid(where, value, "must not have unknown fields"))
    try:
        coerce_embedded(copy(value), node, where)
    except ValueError as error:
        return [*found, fields.invalid(where, value, str(error))]
    problems = validate_embedded(value, node, where)
    return found + (problems or validate_value(value, Validator(schema), where))


def _validate_meta(schema: Object, path: str, surround: Surround) -> list[FieldError]:
    """A default inside metadata must make good metadata."""
    where, value = f"{path}.default", schema["default"]
    obj = surround(copy(value))
    try:
        if isinstance(obj, dict) and "metadata" in obj:
            coerce_metadata(obj)
    except ValueError as error:
        return [fields.invalid(where, value, f"must result in valid metadata: {error}")]
    problems = validate_embedded(obj, Node({}), root=True)
    if problems:
        texts = [str(problem) for problem in problems]
        why = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
        return [fields.invalid(where, value, f"must result in valid metadata: {why}")]
    return validate_value(value, Validator(schema), where)
