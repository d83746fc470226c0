"""Definitions: defaults, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest
from contracts.schema_strategies import ROOTS
from hypothesis import given, settings

from emulator.apiserver.apimachinery.objects import copy
from emulator.apiserver.schema.definition import (
    default_definition,
    definition_warnings,
    validate_definition,
    validate_definition_update,
)

TOP = "spec.validation.openAPIV3Schema"
LABEL = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an "
    "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
)


def version(name: str = "v1", **more: Any) -> dict[str, Any]:
    return {"name": name, "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}, **more}


def definition(*versions: dict[str, Any], **spec: Any) -> dict[str, Any]:
    names = {"plural": "gizmos", "kind": "Gizmo"}
    given = list(versions) or [version()]
    crd = {
        "metadata": {"name": "gizmos.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": names, "versions": given, **spec},
    }
    default_definition(crd)
    stored = [item["name"] for item in given if item.get("storage")][:1]
    return {**crd, "status": {"storedVersions": stored}}


def texts(crd: dict[str, Any]) -> list[str]:
    return [str(error) for error in validate_definition(crd)]


def schema_texts(schema: dict[str, Any], **more: Any) -> list[str]:
    return texts(definition(version(schema={"openAPIV3Schema": schema}, **more)))


def property_texts(schema: dict[str, Any]) -> list[str]:
    found = schema_texts({"type": "object", "properties": {"a": schema}})
    prefix = f"{TOP}.properties[a]"
    return [text.replace(prefix, "a") for text in found]


def test_defaults_are_the_names_and_no_conversion():
    """singular, listKind, conversion."""
    crd = definition()
    assert crd["spec"]["names"] == {"plural": "gizmos", "kind": "Gizmo", "singular": "gizmo", "listKind": "GizmoList"}
    assert crd["spec"]["conversion"] == {"strategy": "None"}
    assert texts(crd) == []


def test_the_port_of_a_conversion_webhook_is_443():
    """Unless it is given."""
    hook = {"clientConfig": {"service": {"name": "a", "namespace": "b"}}, "conversionReviewVersions": ["v1"]}
    crd = definition(conversion={"strategy": "Webhook", "webhook": hook})
    assert crd["spec"]["conversion"]["webhook"]["clientConfig"]["service"]["port"] == 443
    assert texts(crd) == []


@settings(max_examples=100, deadline=None)
@given(ROOTS)
def test_structural_schemas_with_fitting_defaults_are_accepted(root):
    """Nothing else than a default is wrong with a schema that is structural."""
    assert [text for text in schema_texts(_without_defaults(root)) if text] == []


def _without_defaults(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: _without_defaults(value) for name, value in schema.items() if name != "default"}
    return [_without_defaults(item) for item in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"group": "nodot"}, 'spec.group: Invalid value: "nodot": should be a domain with at least one dot'),
        (
            {"scope": "Universal"},
            'spec.scope: Unsupported value: "Universal": supported values: "Cluster", "Namespaced"',
        ),
        ({"scope": ""}, "spec.scope: Required value"),
        (
            {"names": {"plural": "gizmos", "kind": "Gizmo", "listKind": "Gizmo"}},
            'spec.names.listKind: Invalid value: "Gizmo": kind and listKind may not be the same',
        ),
        (
            {"names": {"plural": "gizmos", "kind": "Gizmo", "shortNames": ["UP"], "categories": ["a"]}},
            f'spec.names.shortNames[0]: Invalid value: "UP": {LABEL}',
        ),
        (
            {"preserveUnknownFields": True},
            "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
            "spec.versions[*].schema instead",
        ),
        (
            {"conversion": {"strategy": "Magic"}},
            'spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"',
        ),
        (
            {"conversion": {"strategy": "None", "webhook": {"conversionReviewVersions": ["v1"]}}},
            "spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook",
        ),
    ],
)
def test_what_is_wrong_with_the_specification(spec, expected):
    """One fault, one message (a different group is told about the name too)."""
    found = texts(definition(**spec))
    assert expected in found
    assert len(found) == (2 if "group" in spec else 1)


def test_the_name_is_plural_and_group():
    """And is told first."""
    crd = definition()
    crd["metadata"]["name"] = "wrong.example.com"
    assert texts(crd) == ['metadata.name: Invalid value: "wrong.example.com": must be spec.names.plural+"."+spec.group']


def test_exactly_one_version_is_stored_and_names_are_unique():
    """Versions are printed as the server prints its structs."""
    shown = (
        '{"Name":"v1","Served":true,"Storage":true,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,'
        '"AdditionalPrinterColumns":null,"SelectableFields":null}'
    )
    assert texts(definition(version(), version())) == [
        f"spec.versions: Invalid value: [{shown},{shown}]: must contain unique version names",
        f"spec.versions: Invalid value: [{shown},{shown}]: must have exactly one version marked as storage version",
    ]
    none = definition(version(storage=False))
    assert texts(none)[1] == "status.storedVersions: Invalid value: null: must have at least one stored version"
    assert texts(definition(version(served=False))) == []


def test_a_version_without_schema_is_refused():
    """Even when it is not served."""
    assert texts(definition({"name": "v1", "served": False, "storage": True})) == [
        "spec.versions[0].schema.openAPIV3Schema: Required value"
    ]


def test_versions_that_differ_are_told_apart():
    """What differs between versions is told at the version, what does not at the top."""
    bad = {"openAPIV3Schema": {"type": "string"}}
    found = texts(definition(version(schema=bad), version("v2", storage=False)))
    assert found == [
        'spec.versions[0].schema.openAPIV3Schema.type: Invalid value: "string": must be object at the root'
    ]
    assert texts(definition(version(schema=bad), version("v2", storage=False, schema=bad))) == [
        f'{TOP}.type: Invalid value: "string": must be object at the root'
    ]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, ["a.type: Required value: must not be empty for specified object fields"]),
        ({"type": "array"}, ["a.items: Required value: must be specified"]),
        ({"type": "array", "items": {}}, ["a.items.type: Required value: must not be empty for specified array items"]),
        (
            {"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": {"type": "string"}},
            ["a.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"],
        ),
        (
            {"type": "string", "pattern": "["},
            [
                'a.pattern: Invalid value: "[": must be a valid regular expression, but isn\'t: '
                "error parsing regexp: missing closing ]: `[`"
            ],
        ),
        (
            {"type": "string", "not": {"nullable": True, "description": "x"}},
            [
                "a.not.description: Forbidden: must be empty to be structural",
                "a.not.nullable: Forbidden: must be false to be structural",
            ],
        ),
        ({"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}, []),
        (
            {"x-kubernetes-int-or-string": True, "x-kubernetes-preserve-unknown-fields": True},
            [
                "a.x-kubernetes-preserve-unknown-fields: Invalid value: true: "
                "must be false if x-kubernetes-int-or-string is true"
            ],
        ),
        (
            {"type": "object", "x-kubernetes-preserve-unknown-fields": False},
            ["a.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined"],
        ),
        ({"type": "string", "$ref": "#/x"}, ["a.$ref: Forbidden: $ref is not supported"]),
        (
            {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            [
                "a.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
            ],
        ),
        (
            {"type": "string", "x-kubernetes-list-type": "set"},
            ['a.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified'],
        ),
        (
            {"type": "object", "x-kubernetes-map-type": "loose"},
            ['a.x-kubernetes-map-type: Unsupported value: "loose": supported values: "atomic", "granular"'],
        ),
        (
            {"type": "array", "x-kubernetes-list-map-keys": ["k"], "items": {"type": "object"}},
            ["a.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty"],
        ),
        (
            {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string", "nullable": True}},
            ["a.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set"],
        ),
    ],
)
def test_a_schema_is_structural_and_uses_what_is_supported(schema, expected):
    """Shape and keywords."""
    assert property_texts(schema) == expected


def test_what_alternatives_at_the_root_speak_of_must_be_specified_outside():
    """Deeper down the server does not look."""
    alternative = {"type": "object", "anyOf": [{"properties": {"x": {"minLength": 1}}}]}
    assert schema_texts(alternative) == [
        f"{TOP}.properties[x]: Required value: because it is defined in {TOP}.anyOf[0].properties[x]"
    ]
    assert property_texts(alternative) == []


@pytest.mark.parametrize(
    ("keys", "items", "expected"),
    [
        (["k"], {"properties": {"k": {"type": "string"}}, "required": ["k"]}, []),
        (["k"], {"properties": {"k": {"type": "string", "default": ""}}}, []),
        (
            ["k"],
            {"properties": {"k": {"type": "string"}}},
            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
        ),
        (["no"], {"properties": {"k": {"type": "string"}}}, "entries must all be names of item properties"),
        (
            ["k"],
            {"properties": {"k": {"type": "object"}}, "required": ["k"]},
            "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
        (
            ["k", "k"],
            {"properties": {"k": {"type": "string"}}, "required": ["k"]},
            "must not contain duplicate entries",
        ),
        ([], {}, "must not be empty if x-kubernetes-list-type is map"),
    ],
)
def test_keys_of_map_lists_are_scalars_that_are_always_there(keys, items, expected):
    """x-kubernetes-list-map-keys."""
    schema = {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": keys,
        "items": {"type": "object", **items},
    }
    found = property_texts(schema)
    assert found == [] if expected == [] else found[0].endswith(f": {expected}")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "default": 5}, []),
        (
            {"type": "integer", "default": "five"},
            ['a.default: Invalid value: "string":  in body must be of type integer: "string"'],
        ),
        (
            {"type": "object", "default": {"x": 1}, "properties": {"y": {"type": "string"}}},
            ['a.default: Invalid value: {"x":1}: must not have unknown fields'],
        ),
        (
            {"type": "object", "default": {}, "properties": {"y": {"type": "string"}}, "required": ["y"]},
            ["a.default.y: Required value"],
        ),
    ],
)
def test_defaults_fit_their_schema(schema, expected):
    """Valid, and without unknown fields."""
    assert property_texts(schema) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"rule": " "}, "rule: Required value: rule is not specified"),
        ({"rule": "a\nb"}, "message: Required value: message must be specified if rule contains line breaks"),
        ({"rule": "a", "message": "x\ny"}, 'message: Invalid value: "x\\ny": message must not contain line breaks'),
        ({"rule": "a", "message": " "}, 'message: Invalid value: " ": message must be non-empty if specified'),
        (
            {"rule": "a", "reason": "Because"},
            'reason: Unsupported value: "Because": supported values: "FieldValueDuplicate", "FieldValueForbidden", '
            '"FieldValueInvalid", "FieldValueRequired"',
        ),
        ({"rule": "a", "fieldPath": ".no"}, 'fieldPath: Invalid value: ".no": fieldPath must be a valid path'),
    ],
)
def test_a_rule_is_put_down_properly(rule, expected):
    """Before what it says is looked at."""
    schema = {"type": "object", "properties": {"x": {"type": "string"}}, "x-kubernetes-validations": [rule]}
    assert property_texts(schema) == [f"a.x-kubernetes-validations[0].{expected}"]


def test_metadata_is_not_the_schemas_business():
    """But for the names; and it has no defaults."""
    root = {
        "type": "object",
        "properties": {"metadata": {"type": "object", "properties": {"name": {"type": "string"}}}},
    }
    assert schema_texts(root) == []
    root["properties"]["metadata"]["properties"] = {"labels": {"type": "object"}}
    assert schema_texts(root) == [
        f"{TOP}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is "
        "implicitly specified"
    ]
    kind = {"type": "object", "properties": {"kind": {"type": "string", "default": "Gizmo"}}}
    assert f"{TOP}.properties[kind].default: Forbidden: must not be set in top-level kind" in schema_texts(kind)


def test_with_a_status_subresource_the_root_says_little():
    """What would be lost when the status is looked at alone is refused."""
    found = schema_texts({"type": "object", "maxProperties": 3}, subresources={"status": {}})
    assert len(found) == 1
    assert found[0].startswith(f'{TOP}: Invalid value: {{"ID":"","Schema":"","Ref":null,')
    assert found[0].endswith("fields are allowed at the root of the schema if the status subresource is enabled")
    assert schema_texts({"type": "object", "required": ["spec"]}, subresources={"status": {}}) == []


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (
            {"additionalPrinterColumns": [{"name": "A", "type": "colour", "jsonPath": ".a"}]},
            'spec.additionalPrinterColumns[0].type: Invalid value: "colour": must be one of boolean,date,integer,number,string',
        ),
        (
            {"additionalPrinterColumns": [{"type": "string", "jsonPath": ".a"}]},
            "spec.additionalPrinterColumns[0].name: Required value",
        ),
        (
            {"subresources": {"scale": {"specReplicasPath": ".status.n", "statusReplicasPath": ".status.n"}}},
            'spec.subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec',
        ),
        (
            {"deprecationWarning": "old"},
            'spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions',
        ),
        (
            {"selectableFields": [{"jsonPath": ".spec.o"}]},
            'spec.selectableFields[0].jsonPath: Invalid value: ".spec.o": must point to a field of type string, boolean or integer. '
            "Enum string fields and strings with formats are allowed.",
        ),
        (
            {"selectableFields": [{"jsonPath": ".spec.s"}, {"jsonPath": ".spec.s"}]},
            'spec.selectableFields[1].jsonPath: Duplicate value: ".spec.s"',
        ),
        (
            {"selectableFields": [{"jsonPath": ".spec.no"}]},
            'spec.selectableFields[0].jsonPath: Invalid value: ".spec.no": is an invalid path: does not refer to a valid field',
        ),
    ],
)
def test_what_a_version_says_beside_its_schema(extra, expected):
    """Columns, scale, selectable fields, deprecation."""
    spec = {"type": "object", "properties": {"o": {"type": "object"}, "s": {"type": "string"}}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    assert texts(definition(version(schema=schema, **extra))) == [expected]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (None, "Required value: protected groups must have approval annotation"),
        ("unapproved, experimental", None),
        ("https://github.com/kubernetes/kubernetes/pull/1", None),
        ("trust me", 'Invalid value: "trust me": protected groups must have approval annotation'),
    ],
)
def test_groups_of_the_community_need_an_approval(annotation, expected):
    """*.k8s.io and *.kubernetes.io."""
    crd = definition(group="x.k8s.io")
    crd["metadata"] = {"name": "gizmos.x.k8s.io"}
    if annotation is not None:
        crd["metadata"]["annotations"] = {"api-approved.kubernetes.io": annotation}
    found = texts(crd)
    assert [text.startswith(f"metadata.annotations[api-approved.kubernetes.io]: {expected}") for text in found] == (
        [True] if expected else []
    )


def established(crd: dict[str, Any]) -> dict[str, Any]:
    old = copy(crd)
    old["status"]["conditions"] = [{"type": "Established", "status": "True"}]
    return old


@pytest.mark.parametrize(
    ("path", "value"),
    [("scope", "Cluster"), ("group", "other.example.com"), ("names.kind", "Gadget"), ("names.plural", "x")],
)
def test_what_names_the_resource_does_not_change(path, value):
    """Scope, group, kind and plural of an established definition."""
    old = established(definition())
    new = copy(old)
    *parents, last = path.split(".")
    holder = new["spec"]
    for parent in parents:
        holder = holder[parent]
    holder[last] = value
    found = [str(error) for error in validate_definition_update(new, old)]
    assert found == [f'spec.{path}: Invalid value: "{value}": field is immutable']


def test_a_stored_version_stays():
    """Until it is taken out of storedVersions."""
    old = established(definition())
    new = copy(old)
    new["spec"]["versions"] = [version("v2")]
    new["status"]["storedVersions"] = ["v1", "v2"]
    assert [str(error) for error in validate_definition_update(new, old)] == [
        'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must '
        "remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from "
        "status.storedVersions"
    ]


def test_formats_that_are_not_known_are_warned_of_once():
    """Sorted, each once; numbers may have any format."""
    fields = {"a": {"type": "string", "format": "zip"}, "b": {"type": "integer", "format": "int32"}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {**fields, "c": {"type": "string", "format": "zip"}}}}
    assert definition_warnings(definition(version(schema=schema))) == ['unrecognized format "zip"']
