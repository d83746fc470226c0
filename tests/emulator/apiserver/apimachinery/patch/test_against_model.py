"""Merge and JSON patches, against the suite's own reading of the two RFCs: two implementations that share no code."""

from __future__ import annotations

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from conformance.model import patches as model
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import copy
from emulator.apiserver.apimachinery.patch import json_patch, merge_patch

names = st.sampled_from(["a", "b", "c~/d"])
leaves = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x"])
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
objects = st.dictionaries(names, values, max_size=3)
pointers = st.lists(st.sampled_from(["a", "b", "c~0~1d", "0", "1", "-", ""]), max_size=3).map(
    lambda steps: "".join("/" + step for step in steps)
)
operations = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["add", "replace", "test"]), "path": pointers, "value": values}),
    st.fixed_dictionaries({"op": st.just("remove"), "path": pointers}),
    st.fixed_dictionaries({"op": st.sampled_from(["move", "copy"]), "path": pointers, "from": pointers}),
)


@given(objects, objects)
def test_merge_patch(live, patch):
    """RFC 7396: what is named changes, what is null goes, the rest stays; in a new object."""
    before = copy([live, patch])
    assert merge_patch.apply(live, patch) == model.merge(copy(live), copy(patch))
    assert [live, patch] == before


@given(objects, st.lists(operations, max_size=4))
def test_json_patch(live, patch):
    """RFC 6902: what the suite's strict reading carries out, the server carries out in the same way."""
    try:
        expected = model.json_patch(copy(live), copy(patch))
    except Exception:
        reject()
    assert json_patch.compile(copy(patch))(copy(live)) == expected


@given(objects, st.lists(operations, min_size=1, max_size=3))
def test_one_failing_operation_refuses_all(live, patch):
    """A patch whose last operation fails is refused, whatever came before."""
    with pytest.raises((StatusError, ValueError)):
        json_patch.compile([*patch, {"op": "test", "path": "/a", "value": "never this"}])(copy(live))


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "replace", "path": "/b", "value": 1}, {"a": 1, "b": 1}),
        ({"op": "copy", "from": "/b", "path": "/c"}, {"a": 1, "c": None}),
        ({"op": "test", "path": "/b", "value": None}, {"a": 1}),
    ],
)
def test_the_server_is_as_lenient_as_the_real_one(operation, result):
    """The real server's library replaces, copies and tests members that are not there; so do we."""
    assert json_patch.compile([operation])({"a": 1}) == result


@given(objects, objects)
def test_an_empty_difference_is_no_change(live, patch):
    """A merge patch applied twice is the patch applied once."""
    once = merge_patch.apply(copy(live), copy(patch))
    assert merge_patch.apply(copy(once), copy(patch)) == once
