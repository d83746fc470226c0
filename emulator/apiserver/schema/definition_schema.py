"""The schema of a definition: it must be structural, and use only what the server supports.

Three passes, as the server makes them: the shape (structural), the defaults, and the single keywords. Rules (CEL) are checked only
when nothing else is wrong.
Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{validation,complete,convert}.go and
pkg/apis/apiextensions/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.compiled import has_rules
from emulator.apiserver.schema.definition_defaults import validate_defaults
from emulator.apiserver.schema.definition_internal import internal_schema
from emulator.apiserver.schema.definition_keywords import validate_keywords
from emulator.apiserver.schema.definition_structure import validate_structure
from emulator.apiserver.schema.walk import subschemas

_AT_ROOT = (
    "Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems "
    "UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations"
)


def validate_schema(schema: Object, path: str, *, status: bool) -> list[FieldError]:
    """Everything wrong with an ``openAPIV3Schema`` beneath *path*; *status*: the version has that subresource."""
    where = f"{path}.openAPIV3Schema"
    found = _validate_root(schema, where) if status else []
    if schema.get("nullable"):
        found.append(fields.forbidden(f"{where}.nullable", "nullable cannot be true at the root"))
    unsupported = unsupported_keyword(schema)
    structural = False
    if not unsupported:
        problems = validate_structure(schema, where) or validate_defaults(schema, where)
        structural = not problems
        found += problems
    found += validate_keywords(schema, where)
    if not found and unsupported:
        found.append(fields.invalid(where, "", unsupported))
    if not found and structural and has_rules(schema):
        from emulator.apiserver.schema.cel.rules import check_rules

        found += check_rules(schema, where)
    return found


def _validate_root(schema: Object, where: str) -> list[FieldError]:
    """With a status subresource the root may only say what still holds when the status is looked at alone."""
    allowed = _AT_ROOT.split()
    for name, value in internal_schema(schema).items():
        if not value:
            continue
        if name == "Type" and value != "object":
            detail = (
                'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
            )
            return [fields.invalid(f"{where}.type", value, detail)]
        if name not in allowed:
            detail = (
                f"only [{_AT_ROOT}] fields are allowed at the root of the schema if the status subresource is enabled"
            )
            return [fields.invalid(where, internal_schema(schema), detail)]
    return []


_UNSUPPORTED: tuple[tuple[str, str], ...] = (
    ("id", "OpenAPIV3Schema 'id' is not supported"),
    ("$schema", "OpenAPIV3Schema 'schema' is not supported"),
    ("$ref", "OpenAPIV3Schema '$ref' is not supported"),
    ("additionalItems", "OpenAPIV3Schema 'additionalItems' is not supported"),
    ("patternProperties", "OpenAPIV3Schema 'patternProperties' is not supported"),
    ("definitions", "OpenAPIV3Schema 'definitions' is not supported"),
    ("dependencies", "OpenAPIV3Schema 'dependencies' is not supported"),
)


def unsupported_keyword(schema: Any) -> str:
    """Why a schema cannot even be read as structural; empty when it can."""
    for sub in subschemas(schema):
        for name, message in _UNSUPPORTED:
            if sub.get(name) not in (None, "", {}):
                return message
        if isinstance(sub.get("items"), list):
            return "OpenAPIV3Schema 'items' must be a schema, but is an array"
        if sub.get("x-kubernetes-preserve-unknown-fields") is False:
            return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
    return ""
