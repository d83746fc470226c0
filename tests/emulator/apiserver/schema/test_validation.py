"""Every keyword of a schema, in the server's words."""

from __future__ import annotations

import pytest

from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.schema.validation import Validator, same

INT_OR_STRING = {"x-kubernetes-int-or-string": True}


def texts(schema, value, path="spec.x"):
    found: list[FieldError] = []
    Validator(schema).check(value, path, found)
    return [str(error) for error in found]


@pytest.mark.parametrize(
    ("schema", "value", "rule"),
    [
        ({"type": "integer"}, "1", 'Invalid value: "string": spec.x in body must be of type integer: "string"'),
        ({"type": "integer"}, True, 'Invalid value: "boolean": spec.x in body must be of type integer: "boolean"'),
        ({"type": "string"}, 5, 'Invalid value: "integer": spec.x in body must be of type string: "integer"'),
        ({"type": "boolean"}, "true", 'Invalid value: "string": spec.x in body must be of type boolean: "string"'),
        ({"type": "object"}, [], 'Invalid value: "array": spec.x in body must be of type object: "array"'),
        ({"type": "array"}, {}, 'Invalid value: "object": spec.x in body must be of type array: "object"'),
        ({"type": "number"}, "1", 'Invalid value: "string": spec.x in body must be of type number: "string"'),
        ({"type": "string"}, None, 'Invalid value: "null": spec.x in body must be of type string: "null"'),
        (INT_OR_STRING, 1.5, 'Invalid value: "number": spec.x in body must be of type integer,string: "number"'),
        (
            {"type": "integer", "maximum": 10},
            11,
            "Invalid value: 11: spec.x in body should be less than or equal to 10",
        ),
        (
            {"type": "integer", "minimum": 0},
            -1,
            "Invalid value: -1: spec.x in body should be greater than or equal to 0",
        ),
        (
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            0,
            "Invalid value: 0: spec.x in body should be greater than 0",
        ),
        (
            {"type": "number", "maximum": 2.5, "exclusiveMaximum": True},
            2.5,
            "Invalid value: 2.5: spec.x in body should be less than 2.5",
        ),
        ({"type": "number", "multipleOf": 0.5}, 0.3, "Invalid value: 0.3: spec.x in body should be a multiple of 0.5"),
        (
            {"type": "number", "multipleOf": 0.5},
            2,
            "Invalid value: 0: factor MultipleOf declared for spec.x must be positive: 0",
        ),
        ({"type": "integer", "multipleOf": 3}, 4, "Invalid value: 4: spec.x in body should be a multiple of 3"),
        ({"type": "string", "minLength": 2}, "é", 'Invalid value: "é": spec.x in body should be at least 2 chars long'),
        ({"type": "string", "maxLength": 2}, "abc", "Too long: may not be more than 2 bytes"),
        ({"type": "string", "pattern": "^a$"}, "b", "Invalid value: \"b\": spec.x in body should match '^a$'"),
        (
            {"type": "string", "format": "date-time"},
            "yesterday",
            'Invalid value: "yesterday": spec.x in body must be of type date-time: "yesterday"',
        ),
        ({"type": "array", "minItems": 1}, [], "Invalid value: 0: spec.x in body should have at least 1 items"),
        ({"type": "array", "maxItems": 1}, [1, 2], "Too many: 2: must have at most 1 item"),
        (
            {"type": "object", "minProperties": 1},
            {},
            "Invalid value: 0: spec.x in body should have at least 1 properties",
        ),
        ({"type": "object", "maxProperties": 0}, {"a": 1}, "Too many: 1: must have at most 0 items"),
        ({"type": "string", "enum": ["a", "b"]}, "c", 'Unsupported value: "c": supported values: "a", "b"'),
        ({"type": "integer", "enum": [1, 2]}, 3, 'Unsupported value: 3: supported values: "1", "2"'),
    ],
)
def test_a_violation_reads_as_the_server_writes_it(schema, value, rule):
    """Path, kind of error and sentence."""
    assert texts(schema, value) == [f"spec.x: {rule}"]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 1.0),
        ({"type": "integer", "format": "int64"}, 2**62),
        ({"type": "number"}, 1),
        ({"type": "string", "nullable": True}, None),
        (INT_OR_STRING, 80),
        (INT_OR_STRING, "http"),
        ({"type": "string", "format": "no-such-format"}, "anything"),
        ({"type": "number", "multipleOf": 0.5}, 1.5),
        ({"type": "string", "maxLength": 2}, "éé"),
        ({"type": "integer", "enum": [1, 2]}, 2.0),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"b": 1}),
        ({"not": {"required": ["a"]}}, {"b": 1}),
    ],
)
def test_values_at_the_bounds_are_accepted(schema, value):
    """What fits is not complained about."""
    assert texts(schema, value) == []


def test_every_violation_is_told_not_only_the_first():
    """An object with three faults has three errors."""
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {"b": {"type": "string"}, "c": {"type": "integer", "maximum": 1}},
    }
    assert texts(schema, {"b": 1, "c": 2}) == [
        'spec.x.b: Invalid value: "integer": spec.x.b in body must be of type string: "integer"',
        "spec.x.c: Invalid value: 2: spec.x.c in body should be less than or equal to 1",
        "spec.x.a: Required value",
    ]


def test_numbers_outside_their_format_are_told_without_a_path():
    """Of the range of a number the server says no path."""
    assert texts({"type": "integer", "format": "int32"}, 3_000_000_000) == [
        '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.x'
    ]
    assert texts({"type": "number", "format": "float"}, 1e39) == [
        '<nil>: Invalid value: "": Checked value must be of type number with format float in spec.x'
    ]
    assert texts({"type": "integer"}, 1.5)[1] == (
        '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.x'
    )


def test_alternatives_tell_that_none_fits_and_why_the_best_does_not():
    """anyOf and oneOf add the errors of the alternative that came closest."""
    schema = {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 3}]}
    assert texts(schema, "a") == [
        '<nil>: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
        'spec.x: Invalid value: "a": spec.x in body should be at least 3 chars long',
    ]
    both = {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}
    assert texts(both, {"a": 1, "b": 1}) == [
        '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives'
    ]
    assert texts(both, {})[0].endswith("(oneOf). Found none valid")
    assert texts({"allOf": [{"minLength": 2}]}, "a")[1] == (
        '<nil>: Invalid value: "": "spec.x" must validate all the schemas (allOf). None validated'
    )
    assert texts({"not": {"enum": ["a"]}}, "a") == [
        '<nil>: Invalid value: "": "spec.x" must not validate the schema (not)'
    ]


def test_a_closed_object_refuses_other_properties():
    """additionalProperties: false."""
    schema = {"properties": {"a": {}}, "additionalProperties": False}
    assert texts(schema, {"a": 1, "b": 2}) == ['spec.x: Invalid value: "b": spec.x.b in body is a forbidden property']


def test_map_values_are_named_by_their_key():
    """Values under additionalProperties have the key in their path."""
    schema = {"type": "object", "additionalProperties": {"type": "string"}}
    assert texts(schema, {"k": 1})[0].startswith("spec.x.k: ")


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), ([1], [True]), ({"a": 1}, {"a": 1, "b": None})])
def test_equality_tells_booleans_from_numbers(one, other):
    """``true`` is not 1."""
    assert not same(one, other)
    assert same(one, one)
