"""Single keywords of a definition's schema: which are supported, and which go together.

Source: ValidateCustomResourceDefinitionOpenAPISchema in apiextensions' validation.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.definition_version import resolve_path

_LINE_BREAK = re.compile(r"[\n\r]")
_REASONS = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")
_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_META = ("metadata", "kind", "apiVersion")
_MUST_BE_ATOMIC = "must be atomic as item of a list with x-kubernetes-list-type=set"
_MUST_BE_MAP = "must be map if x-kubernetes-list-map-keys is non-empty"
_LIST_TYPE, _MAP_TYPE, _MAP_KEYS = "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-list-map-keys"


@dataclass(frozen=True, slots=True)
class _Place:
    """What holds for a schema because of where it stands."""

    forbidden_defaults: str = ""
    inside_meta: bool = False


def validate_keywords(schema: Object, path: str) -> list[FieldError]:
    """Everything wrong with the keywords of a schema and all beneath it."""
    return list(_validate(schema, path, _Place(), root=True))


def _validate(schema: Object, path: str, place: _Place, *, root: bool = False) -> Iterator[FieldError]:
    yield from _supported(schema, path, place)
    if schema.get("uniqueItems"):
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield fields.forbidden(f"{path}.uniqueItems", detail)
    yield from _below(schema, path, place, root=root)
    if schema.get("x-kubernetes-preserve-unknown-fields") is False:
        yield fields.invalid(f"{path}.x-kubernetes-preserve-unknown-fields", False, "must be true or undefined")
    yield from _map_type(schema, path)
    yield from _list_type(schema, path)
    yield from _map_keys(schema, path)
    for position, rule in enumerate(schema.get("x-kubernetes-validations") or ()):
        yield from _rule(rule, schema, f"{path}.x-kubernetes-validations[{position}]")


def _below(schema: Object, path: str, place: _Place, *, root: bool) -> Iterator[FieldError]:
    properties, additional = schema.get("properties") or {}, schema.get("additionalProperties")
    if additional is not None and properties and additional is not True:
        detail = "additionalProperties and properties are mutual exclusive"
        yield fields.forbidden(f"{path}.additionalProperties", detail)
    if isinstance(additional, dict):
        inner = place
        if place.inside_meta:
            inner = replace(place, forbidden_defaults="inside additionalProperties applying to object metadata")
        yield from _validate(additional, f"{path}.additionalProperties", inner)
    for name in sorted(properties):
        inner = place
        if (root or schema.get("x-kubernetes-embedded-resource")) and name in _META:
            reason = f"in top-level {name}" if root else place.forbidden_defaults
            inner = _Place(reason, inside_meta=True)
        yield from _validate(properties[name], fields.key(f"{path}.properties", name), inner)
    if isinstance(schema.get("not"), dict):
        yield from _validate(schema["not"], f"{path}.not", place)
    for junctor in ("allOf", "oneOf", "anyOf"):
        for position, sub in enumerate(schema.get(junctor) or ()):
            yield from _validate(sub, f"{path}.{junctor}[{position}]", place)
    for name, sub in sorted((schema.get("definitions") or {}).items()):
        yield from _validate(sub, fields.key(f"{path}.definitions", name), place)
    items = schema.get("items")
    if isinstance(items, dict):
        yield from _validate(items, f"{path}.items", place)
    elif isinstance(items, list):
        for position, sub in enumerate(items):
            yield from _validate(sub, f"{path}.items[{position}]", place)


def _supported(schema: Object, path: str, place: _Place) -> Iterator[FieldError]:
    sort = schema.get("type") or ""
    if sort and sort not in _TYPES:
        yield fields.not_supported(f"{path}.type", sort, list(_TYPES))
    if schema.get("default") is not None and place.forbidden_defaults:
        yield fields.forbidden(f"{path}.default", f"must not be set {place.forbidden_defaults}")
    for name in ("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"):
        if schema.get(name) not in (None, "", {}):
            yield fields.forbidden(f"{path}.{name}", f"{name} is not supported")
    if sort == "null":
        detail = "type cannot be set to null, use nullable as an alternative"
        yield fields.forbidden(f"{path}.type", detail)
    if isinstance(schema.get("items"), list) and schema["items"]:
        yield fields.forbidden(f"{path}.items", "items must be a schema object and not an array")
    if place.inside_meta and schema.get("x-kubernetes-embedded-resource"):
        yield fields.forbidden(f"{path}.x-kubernetes-embedded-resource", "must not be used inside of resource meta")


def _map_type(schema: Object, path: str) -> Iterator[FieldError]:
    given, sort = schema.get(_MAP_TYPE), schema.get("type") or ""
    if given is None:
        return
    if sort != "object":
        detail = f"must be object if {_MAP_TYPE} is specified"
        yield fields.invalid(f"{path}.type", sort, detail) if sort else fields.required(f"{path}.type", detail)
    if given not in ("atomic", "granular"):
        yield fields.not_supported(f"{path}.{_MAP_TYPE}", given, ["atomic", "granular"])


def _list_type(schema: Object, path: str) -> Iterator[FieldError]:
    given, sort, items = schema.get(_LIST_TYPE), schema.get("type") or "", schema.get("items")
    if given is None:
        return
    if sort != "array":
        detail = f"must be array if {_LIST_TYPE} is specified"
        yield fields.invalid(f"{path}.type", sort, detail) if sort else fields.required(f"{path}.type", detail)
    elif given == "set" and isinstance(items, dict):
        inner = items.get(_LIST_TYPE)
        if items.get("type") == "array" and inner not in (None, "atomic"):
            yield fields.invalid(f"{path}.items.{_LIST_TYPE}", inner, _MUST_BE_ATOMIC)
        if items.get("type") == "object" and items.get(_MAP_TYPE) != "atomic":
            # the server prints the list type here, which an object hardly has
            yield fields.invalid(f"{path}.items.{_MAP_TYPE}", inner, _MUST_BE_ATOMIC)
    if given not in ("atomic", "set", "map"):
        yield fields.not_supported(f"{path}.{_LIST_TYPE}", given, ["atomic", "set", "map"])


def _map_keys(schema: Object, path: str) -> Iterator[FieldError]:
    given, keys, items = schema.get(_LIST_TYPE), schema.get(_MAP_KEYS) or [], schema.get("items")
    if keys and given is None:
        yield fields.required(f"{path}.{_LIST_TYPE}", _MUST_BE_MAP)
    elif keys and given != "map":
        yield fields.invalid(f"{path}.{_LIST_TYPE}", given, _MUST_BE_MAP)
    if given == "map":
        if not keys:
            yield fields.required(f"{path}.{_MAP_KEYS}", f"must not be empty if {_LIST_TYPE} is map")
        if items is None:
            yield fields.required(f"{path}.items", f"must have a schema if {_LIST_TYPE} is map")
        elif isinstance(items, dict) and items.get("type") != "object":
            detail = f"must be object if parent array's {_LIST_TYPE} is map"
            yield fields.invalid(f"{path}.items.type", items.get("type") or "", detail)
        elif isinstance(items, dict):
            yield from _key_properties(items, keys, path)
    if given in ("set", "map") and isinstance(items, dict):
        yield from _present_keys(items, keys if given == "map" else [], path, given)


def _key_properties(items: Object, keys: list[str], path: str) -> Iterator[FieldError]:
    properties = items.get("properties") or {}
    for position, name in enumerate(keys):
        if name not in properties:
            yield fields.invalid(f"{path}.{_MAP_KEYS}", keys, "entries must all be names of item properties")
        elif properties[name].get("type") in ("array", "object"):
            where = f"{fields.key(f'{path}.items.properties', name)}.type"
            detail = f"must be a scalar type if parent array's {_LIST_TYPE} is map"
            yield fields.invalid(where, items.get("type"), detail)
        if name in keys[:position]:
            yield fields.invalid(f"{path}.{_MAP_KEYS}", keys, "must not contain duplicate entries")


def _present_keys(items: Object, keys: list[str], path: str, sort: str) -> Iterator[FieldError]:
    """Keys are always there, and neither they nor the items are ever null."""
    if items.get("nullable"):
        yield fields.forbidden(f"{path}.items.nullable", f"cannot be nullable when {_LIST_TYPE} is {sort}")
    for name in keys:
        key = (items.get("properties") or {}).get(name)
        if key is None:
            continue
        where = fields.key(f"{path}.items.properties", name)
        if name not in (items.get("required") or ()) and key.get("default") is None:
            detail = f"this property is in {_MAP_KEYS}, so it must have a default or be a required property"
            yield fields.required(f"{where}.default", detail)
        if key.get("nullable"):
            detail = f"this property is in {_MAP_KEYS}, so it cannot be nullable"
            yield fields.forbidden(f"{where}.nullable", detail)


def _rule(rule: Object, schema: Object, path: str) -> Iterator[FieldError]:
    """How a rule is put down; what it says is checked later."""
    text, message = rule.get("rule") or "", rule.get("message") or ""
    if not text.strip():
        yield fields.required(f"{path}.rule", "rule is not specified")
    elif message and not message.strip():
        yield fields.invalid(f"{path}.message", message, "message must be non-empty if specified")
    elif _LINE_BREAK.search(message.strip()):
        yield fields.invalid(f"{path}.message", message, "message must not contain line breaks")
    elif _LINE_BREAK.search(text.strip()) and not message.strip():
        yield fields.required(f"{path}.message", "message must be specified if rule contains line breaks")
    expression = rule.get("messageExpression") or ""
    if expression and not expression.strip():
        yield fields.required(f"{path}.messageExpression", "messageExpression must be non-empty if specified")
    reason = rule.get("reason")
    if reason is not None and reason not in _REASONS:
        yield fields.not_supported(f"{path}.reason", reason, list(_REASONS))
    yield from _rule_path(rule.get("fieldPath") or "", schema, f"{path}.fieldPath")


def _rule_path(where: str, schema: Object, path: str) -> Iterator[FieldError]:
    if not where:
        return
    if not where.strip():
        yield fields.invalid(path, where, "fieldPath must be non-empty if specified")
    if _LINE_BREAK.search(where):
        yield fields.invalid(path, where, "fieldPath must not contain line breaks")
    try:
        resolve_path(where, schema)
    except ValueError:
        yield fields.invalid(path, where, "fieldPath must be a valid path")
