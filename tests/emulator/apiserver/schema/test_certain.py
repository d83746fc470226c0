"""The short way never says yes where the long way finds something to do or to say, and says yes to what is plain."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.schema.certain import fitting, settled
from emulator.apiserver.schema.defaulting import default
from emulator.apiserver.schema.pruning import prune
from emulator.apiserver.schema.structural import Node
from emulator.apiserver.schema.validation import Validator

NAMES = st.sampled_from(["a", "b", "kind", "metadata", "name"])
TEXTS = st.sampled_from(["", "x", "long enough"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 2**65), st.floats(-2, 2), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(NAMES, below, max_size=4)),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5)
LEAVES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "enum": st.lists(TEXTS, min_size=1, max_size=2),
            "maxLength": st.integers(0, 5),
            "format": st.sampled_from(["date", "unheard-of"]),
            "default": TEXTS,
            "nullable": st.booleans(),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.just("integer")},
        optional={"format": st.sampled_from(["int32", "int64"]), "minimum": st.integers(-1, 1), "default": st.just(1)},
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["boolean", "number"])}, optional={"enum": st.just([True, 1])}),
    st.just({"x-kubernetes-int-or-string": True}),
)


def _inner(below: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    listed = st.fixed_dictionaries(
        {"type": st.just("array"), "items": below},
        optional={"minItems": st.just(1), "maxItems": st.just(2), "uniqueItems": st.booleans()},
    )
    preserving = st.just(True)
    more: dict[str, st.SearchStrategy[Any]] = {
        "properties": st.dictionaries(NAMES, below, max_size=4),
        "additionalProperties": st.one_of(below, st.booleans()),
        "required": st.lists(NAMES, max_size=1),
        "maxProperties": st.integers(0, 3),
        "x-kubernetes-preserve-unknown-fields": preserving,
        "x-kubernetes-embedded-resource": preserving,
        "anyOf": st.lists(below, min_size=1, max_size=2),
        "default": st.just({}),
    }
    return st.one_of(listed, st.fixed_dictionaries({"type": st.just("object")}, optional=more))


SCHEMAS = st.recursive(LEAVES, _inner, max_leaves=6)


@given(_inner(SCHEMAS), OBJECTS)
def test_what_is_settled_is_neither_pruned_nor_defaulted(schema, obj):
    node = Node(schema)
    if not settled(node, root=True)(obj):
        return
    after = deepcopy(obj)
    assert prune(after, node) == []
    default(after, node)
    assert after == obj


@given(SCHEMAS, VALUES)
def test_nothing_is_wrong_with_what_fits(schema, value):
    validator = Validator(schema)
    found: list[Any] = []
    validator.check(value, "", found)
    if fitting(validator)(value):
        assert found == []


MODEL = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "properties": {
                "kind": {"type": "string", "enum": ["A", "B"]},
                "revision": {"type": "integer", "format": "int32"},
                "uris": {"type": "array", "items": {"type": "string"}},
                "sealed": {"type": "boolean", "default": False},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "extra": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
        },
    },
}
SPEC = {"kind": "A", "revision": 1, "uris": ["s3://a"], "sealed": True, "labels": {"a": "b"}, "extra": {"x": [{}]}}


def model(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "M", "metadata": {"name": "m"}, "spec": {**SPEC, **spec}}


def test_a_plain_object_goes_the_short_way():
    assert settled(Node(MODEL), root=True)(model())
    assert fitting(Validator(MODEL))(model())


@pytest.mark.parametrize("spec", [{"bogus": 1}, {"labels": None}, {"uris": [None]}, {"labels": {"a": {"b": 1}}}])
def test_unknown_fields_and_nulls_go_the_long_way(spec):
    assert not settled(Node(MODEL), root=True)(model(**spec))


def test_a_missing_default_goes_the_long_way():
    obj = model()
    del obj["spec"]["sealed"]
    assert not settled(Node(MODEL), root=True)(obj)


@pytest.mark.parametrize(
    "spec", [{"kind": "C"}, {"kind": {}}, {"revision": 2**31}, {"revision": True}, {"uris": [1]}, {"labels": {"a": 1}}]
)
def test_what_is_wrong_does_not_fit(spec):
    assert not fitting(Validator(MODEL))(model(**spec))
