"""The server's internal form of a definition: versions that agree are hoisted, and values are printed as Go structs.

Source: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions (types.go, types_jsonschema.go) and its v1 conversion.
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.fields import GoStruct
from emulator.apiserver.apimachinery.objects import Object

_HOISTED = ("schema", "subresources", "additionalPrinterColumns", "selectableFields")
_SCHEMA_FIELDS: dict[str, tuple[str, Any]] = {
    "ID": ("id", ""),
    "Schema": ("$schema", ""),
    "Ref": ("$ref", None),
    "Description": ("description", ""),
    "Type": ("type", ""),
    "Nullable": ("nullable", False),
    "Format": ("format", ""),
    "Title": ("title", ""),
    "Default": ("default", None),
    "Maximum": ("maximum", None),
    "ExclusiveMaximum": ("exclusiveMaximum", False),
    "Minimum": ("minimum", None),
    "ExclusiveMinimum": ("exclusiveMinimum", False),
    "MaxLength": ("maxLength", None),
    "MinLength": ("minLength", None),
    "Pattern": ("pattern", ""),
    "MaxItems": ("maxItems", None),
    "MinItems": ("minItems", None),
    "UniqueItems": ("uniqueItems", False),
    "MultipleOf": ("multipleOf", None),
    "Enum": ("enum", None),
    "MaxProperties": ("maxProperties", None),
    "MinProperties": ("minProperties", None),
    "Required": ("required", None),
    "Items": ("items", None),
    "AllOf": ("allOf", None),
    "OneOf": ("oneOf", None),
    "AnyOf": ("anyOf", None),
    "Not": ("not", None),
    "Properties": ("properties", None),
    "AdditionalProperties": ("additionalProperties", None),
    "PatternProperties": ("patternProperties", None),
    "Dependencies": ("dependencies", None),
    "AdditionalItems": ("additionalItems", None),
    "Definitions": ("definitions", None),
    "ExternalDocs": ("externalDocs", None),
    "Example": ("example", None),
    "XPreserveUnknownFields": ("x-kubernetes-preserve-unknown-fields", None),
    "XEmbeddedResource": ("x-kubernetes-embedded-resource", False),
    "XIntOrString": ("x-kubernetes-int-or-string", False),
    "XListMapKeys": ("x-kubernetes-list-map-keys", None),
    "XListType": ("x-kubernetes-list-type", None),
    "XMapType": ("x-kubernetes-map-type", None),
    "XValidations": ("x-kubernetes-validations", None),
}
_RULE_FIELDS: dict[str, tuple[str, Any]] = {
    "Rule": ("rule", ""),
    "Message": ("message", ""),
    "MessageExpression": ("messageExpression", ""),
    "Reason": ("reason", None),
    "FieldPath": ("fieldPath", ""),
    "OptionalOldSelf": ("optionalOldSelf", None),
}
_COLUMN_FIELDS: dict[str, tuple[str, Any]] = {
    "Name": ("name", ""),
    "Type": ("type", ""),
    "Format": ("format", ""),
    "Description": ("description", ""),
    "Priority": ("priority", 0),
    "JSONPath": ("jsonPath", ""),
}
_SCALE_FIELDS: dict[str, tuple[str, Any]] = {
    "SpecReplicasPath": ("specReplicasPath", ""),
    "StatusReplicasPath": ("statusReplicasPath", ""),
    "LabelSelectorPath": ("labelSelectorPath", None),
}
_VERSION_FIELDS: dict[str, tuple[str, Any]] = {
    "Name": ("name", ""),
    "Served": ("served", False),
    "Storage": ("storage", False),
    "Deprecated": ("deprecated", False),
    "DeprecationWarning": ("deprecationWarning", None),
    "Schema": ("schema", None),
    "Subresources": ("subresources", None),
    "AdditionalPrinterColumns": ("additionalPrinterColumns", None),
    "SelectableFields": ("selectableFields", None),
}
_LISTS_OF_SCHEMAS = ("AllOf", "OneOf", "AnyOf")
_MAPS_OF_SCHEMAS = ("Properties", "PatternProperties", "Definitions")


def hoist(versions: list[Object]) -> tuple[Object, list[Object]]:
    """What all versions have in common, and the versions without it."""
    if not versions:
        return {}, []
    first = versions[0]
    common = [name for name in _HOISTED if all(version.get(name) == first.get(name) for version in versions)]
    top = {name: first[name] for name in common if first.get(name)}
    own = [{name: value for name, value in version.items() if name not in common} for version in versions]
    return top, own


def internal_version(version: Object) -> Object:
    """A version as the server prints it in a message."""
    shown = _fields(version, _VERSION_FIELDS)
    if version.get("schema"):
        schema = version["schema"].get("openAPIV3Schema")
        shown["Schema"] = GoStruct(OpenAPIV3Schema=internal_schema(schema) if schema else None)
    if version.get("subresources"):
        given = version["subresources"]
        scale = _fields(given["scale"], _SCALE_FIELDS) if given.get("scale") else None
        shown["Subresources"] = GoStruct(Status={} if "status" in given else None, Scale=scale)
    columns = version.get("additionalPrinterColumns")
    shown["AdditionalPrinterColumns"] = [_fields(column, _COLUMN_FIELDS) for column in columns] if columns else None
    chosen = version.get("selectableFields")
    shown["SelectableFields"] = [{"JSONPath": item.get("jsonPath") or ""} for item in chosen] if chosen else None
    return shown


def internal_schema(schema: Object) -> Object:
    """A schema as the server prints it in a message."""
    shown = _fields(schema, _SCHEMA_FIELDS)
    for name in _LISTS_OF_SCHEMAS:
        if shown[name]:
            shown[name] = [internal_schema(sub) for sub in shown[name]]
    for name in _MAPS_OF_SCHEMAS:
        if shown[name]:
            shown[name] = {key: internal_schema(sub) for key, sub in shown[name].items()}
    if shown["Not"]:
        shown["Not"] = internal_schema(shown["Not"])
    if isinstance(schema.get("items"), dict):
        shown["Items"] = GoStruct(Schema=internal_schema(schema["items"]), JSONSchemas=None)
    elif isinstance(schema.get("items"), list):
        shown["Items"] = GoStruct(Schema=None, JSONSchemas=[internal_schema(sub) for sub in schema["items"]])
    for name in ("AdditionalProperties", "AdditionalItems"):
        given = shown[name]
        if given is not None:
            sub = internal_schema(given) if isinstance(given, dict) else None
            shown[name] = GoStruct(Allows=bool(given) or sub is not None, Schema=sub)
    if shown["XValidations"]:
        shown["XValidations"] = [internal_rule(rule) for rule in shown["XValidations"]]
    return shown


def internal_rule(rule: Object) -> Object:
    """A CEL rule as the server prints it in a message."""
    return _fields(rule, _RULE_FIELDS)


def _fields(value: Object, names: dict[str, tuple[str, Any]]) -> GoStruct:
    return GoStruct((shown, value.get(name, zero)) for shown, (name, zero) in names.items())
