"""The registry as one function, patches and selectors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model.patches import PatchError, json_patch, merge
from conformance.model.registry import Registry, step
from conformance.model.selectors import matches, selects, written

names = st.sampled_from(["a", "b"])
specs = st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 2), max_size=2)
operations = st.one_of(
    st.fixed_dictionaries({"op": st.just("create"), "name": names, "spec": specs}),
    st.fixed_dictionaries({"op": st.sampled_from(["get", "delete"]), "name": names}),
    st.fixed_dictionaries({"op": st.just("patch"), "name": names, "patch": specs}),
    st.fixed_dictionaries({"op": st.just("list")}),
    st.fixed_dictionaries(
        {"op": st.just("update"), "name": names, "spec": specs, "version": st.sampled_from(["fresh", "stale", "none"])}
    ),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(operations, max_size=20))
def test_lives_and_writes(listed: list[Any]) -> None:
    """Only a success changes anything; reads change nothing; each life begins with a create; generation never outruns writes."""
    state = Registry()
    for operation in listed:
        expected, after = step(state, operation)
        if expected.code >= 400 or operation["op"] in ("get", "list"):
            assert after == state
        if operation["op"] == "create" and expected.code == 201:
            assert after.models[operation["name"]].life == state.lives + 1
        for held in after.models.values():
            assert held.generation <= held.writes + 1
        state = after
    assert step(state, {"op": "list"})[0].names == tuple(sorted(state.models))


def test_unknown_operations_are_ours() -> None:
    """A model that does not know an operation must not guess."""
    with pytest.raises(ValueError, match="no such operation"):
        step(Registry(), {"op": "klingon"})


@given(json_values, json_values)
def test_merge_is_idempotent(value: Any, patch: Any) -> None:
    """RFC 7386: a patch applied twice is the patch applied once; an empty one changes no object."""
    once = merge(value, patch)
    assert merge(once, patch) == once
    if isinstance(value, dict):
        assert merge(value, {}) == value


@given(st.dictionaries(st.text(max_size=3), json_values, max_size=3), st.text(max_size=3), json_values)
def test_json_patch_adds_and_removes(value: dict[str, Any], key: str, new: Any) -> None:
    """RFC 6902: what is added is there, whatever its key; removing it gives back the rest; the original is untouched."""
    before = dict(value)
    pointer = "/" + key.replace("~", "~0").replace("/", "~1")
    added = json_patch(
        value, [{"op": "add", "path": pointer, "value": new}, {"op": "test", "path": pointer, "value": new}]
    )
    assert added == {**before, key: new}
    removed = json_patch(added, [{"op": "remove", "path": pointer}])
    assert removed == {name: inner for name, inner in before.items() if name != key}
    assert value == before


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/nothing"},
        {"op": "test", "path": "/a", "value": 2},
        {"op": "add", "path": "/l/7", "value": 1},
        {"op": "add", "path": "a", "value": 1},
        {"op": "move", "from": "/nothing", "path": "/a"},
        {"op": "klingon", "path": "/a"},
    ],
)
def test_json_patches_that_fail(operation: Any) -> None:
    """An operation that cannot be carried out is refused, and nothing of its patch is done."""
    value = {"a": 1, "l": []}
    with pytest.raises(PatchError):
        json_patch(value, [{"op": "add", "path": "/b", "value": 1}, operation])
    assert value == {"a": 1, "l": []}


@given(
    st.lists(
        st.tuples(st.sampled_from("kl"), st.sampled_from(["in", "notin"]), st.lists(st.sampled_from("vw"), min_size=1)),
        max_size=3,
    ),
    st.dictionaries(st.sampled_from("kl"), st.sampled_from("vwx")),
)
def test_selectors(drawn: list[Any], labels: dict[str, str]) -> None:
    """in and notin are each other's negation; a list selects what each of it matches; commas join requirements."""
    listed = [{"key": key, "op": op, "values": values} for key, op, values in drawn]
    for one in listed:
        other = {**one, "op": "notin" if one["op"] == "in" else "in"}
        assert matches(one, labels) is not matches(other, labels)
    assert selects(listed, labels) is all(matches(one, labels) for one in listed)
    assert selects([], labels)
    assert (written(listed) == "") is (not listed)
