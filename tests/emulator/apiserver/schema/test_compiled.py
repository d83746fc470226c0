"""A compiled schema prunes, defaults and validates as the server does."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from contracts.schema_strategies import OBJECTS, ROOTS
from hypothesis import given, settings

from emulator.apiserver.apimachinery.objects import copy
from emulator.apiserver.schema.compiled import CompiledSchema

UNCHECKED = "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"


def spec(**properties: Any) -> CompiledSchema:
    return CompiledSchema({"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}})


def resource(**given: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": given}


def texts(schema: CompiledSchema, obj: dict[str, Any], old: dict[str, Any] | None = None) -> list[str]:
    return [str(error) for error in schema.validate(obj, old)[0]]


@given(ROOTS, OBJECTS)
@settings(max_examples=150, deadline=None)
def test_pruning_again_drops_nothing(root, obj):
    """Pruning is idempotent."""
    schema = CompiledSchema(root)
    schema.prune(obj)
    pruned = copy(obj)
    assert schema.prune(obj) == []
    assert obj == pruned


@given(ROOTS, OBJECTS)
@settings(max_examples=150, deadline=None)
def test_pruning_drops_exactly_what_it_tells(root, obj):
    """A path is told if and only if something is gone."""
    before = copy(obj)
    dropped = CompiledSchema(root).prune(obj)
    assert (obj == before) == (dropped == [])
    assert dropped == sorted(dropped)


@given(ROOTS, OBJECTS)
@settings(max_examples=150, deadline=None)
def test_defaulting_again_changes_nothing(root, obj):
    """Defaulting is idempotent."""
    schema = CompiledSchema(root)
    schema.default(obj)
    defaulted = copy(obj)
    schema.default(obj)
    assert obj == defaulted


@given(ROOTS, OBJECTS)
@settings(max_examples=150, deadline=None)
def test_what_is_not_touched_may_stay_wrong(root, obj):
    """An update that changes nothing is never refused."""
    assert texts(CompiledSchema(root), obj, copy(obj)) == []


@given(ROOTS, OBJECTS)
@settings(max_examples=300, deadline=None)
def test_common_keywords_mean_what_they_mean_in_json_schema(root, obj):
    """Objects without nulls are valid here exactly when another implementation of JSON Schema says so."""
    schema = CompiledSchema(root)
    obj = _without_nulls(obj)
    accepted = not schema.validate(obj)[0]
    assert accepted == jsonschema.Draft4Validator(root).is_valid(obj)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def test_unknown_fields_go_and_their_paths_are_told_sorted():
    """The strict decoder's list: sorted, list items by index."""
    schema = spec(parts={"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}})
    obj = resource(zzz=1, parts=[{"name": "a", "x": 1}], bogus={"deep": 1}) | {"top": 1}
    assert schema.prune(obj) == ["spec.bogus", "spec.parts[0].x", "spec.zzz", "top"]
    assert obj == resource(parts=[{"name": "a"}])


def test_metadata_and_type_of_the_object_are_not_pruned():
    """Whatever the schema says, apiVersion, kind and metadata stay."""
    obj = {"apiVersion": "v1", "kind": "A", "metadata": {"name": "x", "labels": {"a": "b"}}, "other": 1}
    assert CompiledSchema({"type": "object"}).prune(obj) == ["other"]
    assert obj["metadata"]["labels"] == {"a": "b"}


def test_fields_are_kept_where_the_schema_says_so_and_pruned_again_beneath():
    """x-kubernetes-preserve-unknown-fields keeps unknown fields; what is specified beneath is pruned as usual."""
    inner = {"type": "object", "properties": {"known": {"type": "string"}}}
    schema = spec(
        extra={"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"inner": inner}}
    )
    obj = resource(extra={"any": {"thing": [1]}, "inner": {"known": "a", "unknown": 1}})
    assert schema.prune(obj) == ["spec.extra.inner.unknown"]
    assert obj["spec"]["extra"]["any"] == {"thing": [1]}


def test_a_definition_that_preserves_all_prunes_nothing():
    """spec.preserveUnknownFields keeps everything."""
    obj = {"anything": {"goes": [None, 1]}}
    assert CompiledSchema(None, preserve_unknown=True).prune(obj) == []
    assert obj == {"anything": {"goes": [None, 1]}}


def test_embedded_metadata_is_read_as_metadata():
    """An embedded resource keeps unknown fields of its own, not of its metadata."""
    schema = spec(
        template={
            "type": "object",
            "x-kubernetes-embedded-resource": True,
            "x-kubernetes-preserve-unknown-fields": True,
        }
    )
    obj = resource(template={"apiVersion": "v1", "kind": "A", "metadata": {"name": "x", "odd": 1}, "data": {"k": "v"}})
    assert schema.prune(obj) == ["spec.template.metadata.odd"]
    assert obj["spec"]["template"] == {"apiVersion": "v1", "kind": "A", "metadata": {"name": "x"}, "data": {"k": "v"}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"color": "red", "config": {"mode": "auto"}}),
        ({"color": None, "config": None}, {"color": "red", "config": {"mode": "auto"}}),
        ({"config": {"mode": None}}, {"color": "red", "config": {"mode": "auto"}}),
        ({"config": {"mode": "manual"}, "note": None}, {"color": "red", "config": {"mode": "manual"}, "note": None}),
        ({"title": None}, {"color": "red", "config": {"mode": "auto"}}),
        ({"list": [None, {}]}, {"color": "red", "config": {"mode": "auto"}, "list": [None, {"n": 1}]}),
    ],
)
def test_defaults_fill_gaps_and_nulls_that_may_not_be(given, expected):
    """Missing and null fields get their default; null without a default goes, unless the field is nullable."""
    schema = spec(
        color={"type": "string", "default": "red"},
        title={"type": "string"},
        note={"type": "string", "nullable": True},
        config={"type": "object", "default": {}, "properties": {"mode": {"type": "string", "default": "auto"}}},
        list={"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}}},
    )
    obj = resource(**given)
    schema.default(obj)
    assert obj["spec"] == expected


def test_a_default_is_not_shared_between_objects():
    """Changing one object's default does not change the next one's."""
    schema = spec(tags={"type": "array", "items": {"type": "string"}, "default": ["a"]})
    one, other = resource(), resource()
    schema.default(one)
    one["spec"]["tags"].append("b")
    schema.default(other)
    assert other["spec"]["tags"] == ["a"]


def test_duplicates_in_sets_and_map_lists_are_refused():
    """The second appearance is told, with the keys in a map list."""
    schema = spec(
        tags={"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
        parts={
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            "items": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
    )
    assert texts(schema, resource(tags=["a", "b", "a", "a"])) == ['spec.tags[2]: Duplicate value: "a"']
    assert texts(schema, resource(parts=[{"name": "a"}, {"name": "a"}])) == [
        'spec.parts[1]: Duplicate value: {"name":"a"}'
    ]
    wrong = resource(tags=["a", "a"])
    assert texts(schema, resource(tags=["a", "a"], parts=[{"name": "b"}]), wrong) == []


def test_an_unchanged_part_may_stay_wrong_and_a_changed_one_may_not():
    """Ratcheting goes place by place; items of map lists are found again by their keys."""
    schema = spec(
        a={"type": "string", "pattern": "^[a-z]+$"},
        b={"type": "integer", "maximum": 3},
        parts={
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["k"],
            "items": {
                "type": "object",
                "properties": {"k": {"type": "string"}, "v": {"type": "integer", "maximum": 1}},
            },
        },
    )
    old = resource(a="BAD", b=9, parts=[{"k": "x", "v": 5}])
    assert texts(schema, resource(a="BAD", b=1, parts=[{"k": "y", "v": 0}, {"k": "x", "v": 5}]), old) == []
    assert texts(schema, resource(a="WORSE", b=9), old) == [
        "spec.a: Invalid value: \"WORSE\": spec.a in body should match '^[a-z]+$'"
    ]
    assert texts(schema, resource(parts=[{"k": "y", "v": 5}]), old) == [
        "spec.parts[0].v: Invalid value: 5: spec.parts[0].v in body should be less than or equal to 1"
    ]


def test_scale_paths_must_lead_to_replicas():
    """The paths of the scale are read after the schema's checks."""
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    schema = CompiledSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, scale=scale)
    assert texts(schema, resource(replicas=-1)) == [
        ".spec.replicas: Invalid value: -1: should be a non-negative integer"
    ]
    assert texts(schema, resource(replicas="two")) == [
        ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: two is of the type string, expected int64"
    ]
    assert texts(schema, resource() | {"status": [1]}) == [
        ".status.replicas: Invalid value: 0: .status.replicas accessor error: [1] is of the type []interface {}, expected map[string]interface{}"
    ]


def test_a_status_is_checked_on_its_own():
    """Messages about a status name it as if it were the whole object; what else is wrong does not matter."""
    schema = CompiledSchema(
        {
            "type": "object",
            "properties": {
                "spec": {"type": "object", "required": ["size"]},
                "status": {"type": "object", "required": ["phase"], "properties": {"n": {"type": "integer"}}},
            },
        }
    )
    found, _ = schema.validate_status(resource() | {"status": {"n": "x"}}, resource())
    assert [str(error) for error in found] == [
        'status.n: Invalid value: "string": n in body must be of type integer: "string"',
        "status.phase: Required value",
    ]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ({"data": {}}, ["spec.template.apiVersion: Required value", "spec.template.kind: Required value"]),
        (
            {"apiVersion": "a/b/c", "kind": "A"},
            ['spec.template.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
        ),
        ({"apiVersion": "v1", "kind": ""}, ['spec.template.kind: Invalid value: "": must not be empty']),
        ({"apiVersion": "v1", "kind": "A", "metadata": {"name": "Not_A_Name"}}, []),
        ({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a/b"}}, ["spec.template.metadata.name"]),
    ],
)
def test_embedded_resources_need_type_and_proper_metadata(template, expected):
    """An embedded resource must say what it is; its metadata follows the rules of all metadata."""
    schema = spec(
        template={
            "type": "object",
            "x-kubernetes-embedded-resource": True,
            "x-kubernetes-preserve-unknown-fields": True,
        }
    )
    found = texts(schema, resource(template=template))
    assert len(found) == len(expected)
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True))


def test_schemas_without_rules_never_load_the_rules_engine():
    """The rules' engine is loaded lazily."""
    schema = spec(a={"type": "string"})
    assert schema.rules is None
    assert texts(schema, resource(a=1)) == [
        'spec.a: Invalid value: "integer": spec.a in body must be of type string: "integer"'
    ]
