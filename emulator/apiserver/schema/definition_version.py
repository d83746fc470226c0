"""What a version of a definition says beside its schema: columns, selectable fields, subresources, deprecation.

Source: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation.
"""

from __future__ import annotations

import re

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object

_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
_SELECTABLE_TYPES = ("string", "boolean", "integer")
_MOST_SELECTABLE = 8
_LONGEST_WARNING = 256
_TOKEN = re.compile(r"[.\[\]]|[^.\[\]]+")


def validate_columns(columns: list[Object] | None, path: str) -> list[FieldError]:
    """Everything wrong with ``additionalPrinterColumns``."""
    found: list[FieldError] = []
    for position, column in enumerate(columns or ()):
        where = f"{path}[{position}]"
        if not column.get("name"):
            found.append(fields.required(f"{where}.name"))
        sort, form, source = column.get("type") or "", column.get("format") or "", column.get("jsonPath") or ""
        choice = f"must be one of {','.join(_COLUMN_TYPES)}"
        if not sort:
            found.append(fields.required(f"{where}.type", choice))
        elif sort not in _COLUMN_TYPES:
            found.append(fields.invalid(f"{where}.type", sort, choice))
        if form and form not in _COLUMN_FORMATS:
            found.append(fields.invalid(f"{where}.format", form, f"must be one of {','.join(_COLUMN_FORMATS)}"))
        found += _validate_path(source, f"{where}.JSONPath")
    return found


def _validate_path(source: str, path: str) -> list[FieldError]:
    if not source:
        return [fields.required(path)]
    if not source.startswith("."):
        return [fields.invalid(path, source, "must be a simple json path starting with .")]
    return []


def validate_subresources(subresources: Object | None, path: str) -> list[FieldError]:
    """Everything wrong with ``subresources``: the paths of the scale."""
    scale = (subresources or {}).get("scale")
    if scale is None:
        return []
    found: list[FieldError] = []
    for name, root in (("specReplicasPath", ".spec"), ("statusReplicasPath", ".status")):
        source = scale.get(name) or ""
        problems = _validate_path(source, f"{path}.scale.{name}")
        if not problems and not source.startswith(f"{root}."):
            problems = [fields.invalid(f"{path}.scale.{name}", source, f"should be a json path under {root}")]
        found += problems
    selector = scale.get("labelSelectorPath") or ""
    if selector:
        where = f"{path}.scale.labelSelectorPath"
        problems = _validate_path(selector, where)
        if not problems and not selector.startswith((".spec.", ".status.")):
            problems = [fields.invalid(where, selector, "should be a json path under either .spec or .status")]
        found += problems
    return found


def validate_selectable_fields(given: list[Object] | None, schema: Object | None, path: str) -> list[FieldError]:
    """Everything wrong with ``selectableFields``: they name scalars of the schema, outside the metadata."""
    if not given:
        return []
    if schema is None:
        return [fields.invalid(path, "", "selectableFields may only be set when validations.schema is included")]
    found: list[FieldError] = []
    known: set[str] = set()
    for position, item in enumerate(given):
        where = f"{path}[{position}].jsonPath"
        source = item.get("jsonPath") or ""
        if not source:
            found.append(fields.required(where))
            continue
        try:
            names, target = resolve_path(source, schema, arrays=False)
        except ValueError as error:
            found.append(fields.invalid(where, source, f"is an invalid path: {error}"))
            continue
        if names[:1] == ["metadata"]:
            found.append(fields.invalid(where, source, "must not point to fields in metadata"))
        if target.get("type") not in _SELECTABLE_TYPES:
            detail = (
                "must point to a field of type string, boolean or integer. "
                "Enum string fields and strings with formats are allowed."
            )
            found.append(fields.invalid(where, source, detail))
        if (mark := ".".join(names)) in known:
            found.append(fields.duplicate(where, source))
        known.add(mark)
    if len(known) > _MOST_SELECTABLE:
        found.append(fields.too_many(path, len(known), _MOST_SELECTABLE))
    return found


def resolve_path(source: str, schema: Object, *, arrays: bool = True) -> tuple[list[str], Object]:
    """The names along a path (``.spec.color``, ``.spec['x']``), and the schema it leads to.

    Raises ValueError when the schema has no such field. Source: ValidFieldPath in apiextensions' schema/cel/validation.go.
    """
    names: list[str] = []
    tokens = _TOKEN.findall(source)
    at = 0
    while at < len(tokens):
        if tokens[at] == ".":
            if at + 1 >= len(tokens):
                raise ValueError("unexpected end of JSON path")
            name, at = tokens[at + 1], at + 2
        elif tokens[at] == "[":
            name, at = _bracketed(tokens, at, arrays=arrays)
        else:
            raise ValueError(f"expected [ or . but got: {tokens[at]}")
        schema = _step(schema, name)
        names.append(name)
    return names, schema


def _bracketed(tokens: list[str], at: int, *, arrays: bool) -> tuple[str, int]:
    if not arrays:
        raise ValueError("array notation is not allowed")
    if at + 1 >= len(tokens):
        raise ValueError("unexpected end of JSON path")
    text = tokens[at + 1]
    if len(text) < 2 or text[0] != "'" or text[-1] != "'":
        raise ValueError(f"expected single quoted string but got {text}")
    if at + 2 >= len(tokens):
        raise ValueError("unexpected end of JSON path")
    if tokens[at + 2] != "]":
        raise ValueError(f"expected ] but got {tokens[at + 2]}")
    return re.sub(r"\\(.)", r"\1", text[1:-1]), at + 3


def _step(schema: Object, name: str) -> Object:
    properties, additional = schema.get("properties"), schema.get("additionalProperties")
    if properties:
        if name in properties:
            found: Object = properties[name]
            return found
    elif isinstance(additional, dict):
        return additional
    raise ValueError("does not refer to a valid field")


def validate_deprecation(version: Object, path: str) -> list[FieldError]:
    """Everything wrong with ``deprecationWarning``."""
    text = version.get("deprecationWarning")
    if text is None:
        return []
    if not version.get("deprecated"):
        return [fields.invalid(path, text, "can only be set for deprecated versions")]
    details: list[str] = []
    if len(text.encode()) > _LONGEST_WARNING:
        details.append("must be <= 256 characters long")
    if not text:
        details.append("must not be an empty string")
    at = 0
    for char in text:
        if not char.isprintable():
            rule = "must only contain printable UTF-8 characters; non-printable character found at index"
            details.append(f"{rule} {at}")
            break
        at += len(char.encode())
    return [fields.invalid(path, text, detail) for detail in details]
