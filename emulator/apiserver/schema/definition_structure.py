"""Whether a schema is structural: types everywhere, and nothing but value validations inside anyOf, allOf, oneOf and not.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{validation,complete}.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.regexp import compile_pattern

_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_JUNCTORS = ("anyOf", "allOf", "oneOf")
_PLACES = {"root": "at the root", "item": "for specified array items", "field": "for specified object fields"}
_EMBEDDED_TYPE = "must be object if x-kubernetes-embedded-resource is true"
_NESTED: tuple[tuple[str, str], ...] = (
    ("type", "must be empty to be structural"),
    ("additionalProperties", "must be undefined to be structural"),
    ("default", "must be undefined to be structural"),
    ("title", "must be empty to be structural"),
    ("description", "must be empty to be structural"),
    ("nullable", "must be false to be structural"),
    ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
    ("x-kubernetes-embedded-resource", "must be false to be structural"),
    ("x-kubernetes-int-or-string", "must be false to be structural"),
    ("x-kubernetes-list-map-keys", "must be empty to be structural"),
    ("x-kubernetes-list-type", "must be undefined to be structural"),
    ("x-kubernetes-map-type", "must be undefined to be structural"),
    ("x-kubernetes-validations", "must be empty to be structural"),
)


def validate_structure(schema: Object, path: str) -> list[FieldError]:
    """Everything that makes a schema not structural, sorted by message."""
    found: list[FieldError] = []
    _check(schema, "root", path, found)
    for junctor, nested in _nested(schema):
        _check_completeness(nested, schema, path, f"{path}.{junctor}", found)
    return sorted(found, key=str)


def _check(schema: Object, level: str, path: str, found: list[FieldError]) -> None:
    sort = schema.get("type") or ""
    items = schema.get("items")
    if sort == "array" and items is None:
        found.append(fields.required(f"{path}.items", "must be specified"))
    if isinstance(items, dict):
        _check(items, "item", f"{path}.items", found)
    for name, sub in (schema.get("properties") or {}).items():
        _check(sub, "field", fields.key(f"{path}.properties", name), found)
    additional = schema.get("additionalProperties")
    if additional is not None:
        if level == "root":
            found.append(fields.forbidden(f"{path}.additionalProperties", "must not be used at the root"))
        if isinstance(additional, dict):
            _check(additional, "field", f"{path}.additionalProperties", found)
    _check_extensions(schema, path, found)
    first = (schema.get("allOf") or [{}])[0].get("anyOf")
    _check_values(
        schema, path, found, skip_any=schema.get("anyOf") == _INT_OR_STRING, skip_first=first == _INT_OR_STRING
    )
    _check_type(schema, level, path, found)
    if level == "root" and sort and sort != "object":
        found.append(fields.invalid(f"{path}.type", sort, "must be object at the root"))
    _check_metadata(schema, level, path, found)
    if _is(schema, "embedded-resource") and not _is(schema, "preserve-unknown-fields") and not schema.get("properties"):
        detail = (
            "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
        )
        found.append(fields.required(f"{path}.properties", detail))


def _is(schema: Object, extension: str) -> bool:
    return bool(schema.get(f"x-kubernetes-{extension}"))


def _check_extensions(schema: Object, path: str, found: list[FieldError]) -> None:
    if not _is(schema, "int-or-string"):
        return
    for extension in ("preserve-unknown-fields", "embedded-resource"):
        if _is(schema, extension):
            detail = "must be false if x-kubernetes-int-or-string is true"
            found.append(fields.invalid(f"{path}.x-kubernetes-{extension}", True, detail))


def _check_type(schema: Object, level: str, path: str, found: list[FieldError]) -> None:
    sort = schema.get("type") or ""
    if _is(schema, "embedded-resource"):
        if not sort:
            found.append(fields.required(f"{path}.type", _EMBEDDED_TYPE))
        elif sort != "object":
            found.append(fields.invalid(f"{path}.type", sort, _EMBEDDED_TYPE))
        if schema.get("additionalProperties") is not None:
            detail = "must not be used if x-kubernetes-embedded-resource is set"
            found.append(fields.forbidden(f"{path}.additionalProperties", detail))
    if not sort and not any(
        _is(schema, extension) for extension in ("embedded-resource", "int-or-string", "preserve-unknown-fields")
    ):
        found.append(fields.required(f"{path}.type", f"must not be empty {_PLACES[level]}"))


def _check_metadata(schema: Object, level: str, path: str, found: list[FieldError]) -> None:
    """At the root and in embedded resources, metadata is what it is; of the root's only the names may be restricted."""
    properties: dict[str, Any] = schema.get("properties") or {}
    resource = level == "root" or _is(schema, "embedded-resource")
    for name in ("kind", "apiVersion"):
        if resource and name in properties and properties[name].get("type") != "string":
            where = f"{fields.key(f'{path}.properties', name)}.type"
            found.append(fields.invalid(where, properties[name].get("type") or "", "must be string"))
    meta = properties.get("metadata")
    if meta is None:
        return
    where = fields.key(f"{path}.properties", "metadata")
    if resource and meta.get("type") != "object":
        found.append(fields.invalid(f"{where}.type", meta.get("type") or "", "must be object"))
    if level != "root":
        return
    rest = {name: value for name, value in meta.items() if name not in ("type", "default") and value not in ("", None)}
    restricted = rest.get("properties") or {}
    if not restricted or set(restricted) <= {"name", "generateName"}:
        rest.pop("properties", None)
    if any(rest.values()):
        detail = "must not specify anything other than name and generateName, but metadata is implicitly specified"
        found.append(fields.forbidden(where, detail))


def _check_values(
    schema: Object, path: str, found: list[FieldError], *, skip_any: bool = False, skip_first: bool = False
) -> None:
    """The value validations of a place: nested ones may hold nothing but value validations."""
    for junctor in _JUNCTORS:
        if junctor == "anyOf" and skip_any:
            continue
        for position, sub in enumerate(schema.get(junctor) or ()):
            skip = junctor == "allOf" and position == 0 and skip_first
            _check_nested(sub, f"{path}.{junctor}[{position}]", found, skip_any=skip)
    if isinstance(schema.get("not"), dict):
        _check_nested(schema["not"], f"{path}.not", found)
    pattern = schema.get("pattern")
    if pattern:
        try:
            compile_pattern(pattern)
        except ValueError as error:
            detail = f"must be a valid regular expression, but isn't: {error}"
            found.append(fields.invalid(f"{path}.pattern", pattern, detail))


def _check_nested(schema: Object, path: str, found: list[FieldError], *, skip_any: bool = False) -> None:
    _check_values(schema, path, found, skip_any=skip_any)
    if isinstance(schema.get("items"), dict):
        _check_nested(schema["items"], f"{path}.items", found)
    for name, sub in (schema.get("properties") or {}).items():
        _check_nested(sub, fields.key(f"{path}.properties", name), found)
    for name, detail in _NESTED:
        value = schema.get(name)
        if value or (value is not None and name in ("additionalProperties", "default")):
            found.append(fields.forbidden(f"{path}.{name}", detail))
    if "metadata" in (schema.get("properties") or {}):
        where = fields.key(f"{path}.properties", "metadata")
        found.append(fields.forbidden(where, "must not be specified in a nested context"))


def _nested(schema: Object) -> Iterator[tuple[str, Object]]:
    """The value validations directly inside a place, with the step that leads to each."""
    if isinstance(schema.get("not"), dict):
        yield "not", schema["not"]
    for junctor in ("allOf", "anyOf", "oneOf"):
        for position, sub in enumerate(schema.get(junctor) or ()):
            yield f"{junctor}[{position}]", sub


def _check_completeness(
    nested: Object, schema: Object | None, path: str, nested_path: str, found: list[FieldError]
) -> None:
    """Every place that a nested validation speaks of must be specified outside of it."""
    if schema is None:
        found.append(fields.required(path, f"because it is defined in {nested_path}"))
        return
    for step, deeper in _nested(nested):
        _check_completeness(deeper, schema, path, f"{nested_path}.{step}", found)
    if isinstance(nested.get("items"), dict):
        items = schema.get("items")
        outside = items if isinstance(items, dict) else None
        _check_completeness(nested["items"], outside, f"{path}.items", f"{nested_path}.items", found)
    for name, sub in (nested.get("properties") or {}).items():
        where, deeper_path = fields.key(f"{path}.properties", name), fields.key(f"{nested_path}.properties", name)
        _check_completeness(sub, (schema.get("properties") or {}).get(name), where, deeper_path, found)
