"""Server-side apply: what the rules promise, for any appliers, managers and objects of a small schema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.managedfields.manager import FieldManager
from emulator.apiserver.apimachinery.managedfields.typed import TypeSource
from emulator.apiserver.apimachinery.objects import Object, copy

SCHEMA: Object = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "one": {"type": "string"},
                "two": {"type": "integer"},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "tags": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
                "ports": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": {"type": "string"}, "port": {"type": "integer"}},
                    },
                },
                "whole": {"type": "array", "items": {"type": "integer"}},
            },
        }
    },
}
NOW, LATER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def manager() -> FieldManager:
    return FieldManager(TypeSource(SCHEMA, lambda reference: {}, {}), "example.com/v1", "Thing")


def thing(spec: Any) -> Object:
    return {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": spec}


def apply(live: Object | None, spec: Any, who: str, *, force: bool = False, now: str = NOW) -> Object:
    return manager().apply(copy(live) if live else None, thing(copy(spec)), who, force, now)


def content(obj: Object) -> Object:
    return obj.get("spec") or {}


def repr_of(item: Any) -> str:
    """An item's text, whatever the order of its keys."""
    return repr(sorted(item.items())) if isinstance(item, dict) else repr(item)


words = st.sampled_from(["a", "b", "c"])
specs = st.fixed_dictionaries(
    {},
    optional={
        "one": words,
        "two": st.integers(0, 2),
        "labels": st.dictionaries(words, words, min_size=1, max_size=3),
        "tags": st.lists(words, min_size=1, max_size=3, unique=True),
        "ports": st.lists(
            st.fixed_dictionaries({"name": words}, optional={"port": st.integers(1, 3)}),
            min_size=1,
            max_size=3,
            unique_by=lambda port: port["name"],
        ),
        "whole": st.lists(st.integers(0, 2), min_size=1, max_size=3),
    },
)


@given(specs, specs)
def test_applying_again_changes_nothing(first, second):
    """Apply is idempotent: the same apply by the same manager leaves the object, managedFields and their times included."""
    live = apply(apply(None, first, "one"), second, "two", force=True)
    assert apply(live, second, "two", now=LATER) == live


@given(specs, specs)
def test_what_an_apply_sets_is_there(before, spec):
    """After an apply (forced, if need be) every value that it names is in the object."""
    live = apply(apply(None, before, "one"), spec, "two", force=True)
    result = content(live)
    for name in ("one", "two", "whole"):
        if name in spec:
            assert result[name] == spec[name]
    assert (spec.get("labels") or {}).items() <= (result.get("labels") or {}).items()
    assert set(spec.get("tags") or ()) <= set(result.get("tags") or ())
    merged = {port["name"]: port for port in result.get("ports") or ()}
    for port in spec.get("ports") or ():
        assert port.items() <= merged[port["name"]].items()


@given(specs, st.sets(st.sampled_from(["one", "two", "labels", "tags", "ports", "whole"])))
def test_disjoint_managers_commute(spec, names):
    """Managers that set different fields never conflict, and their order does not matter for the content."""
    left = {name: value for name, value in spec.items() if name in names}
    right = {name: value for name, value in spec.items() if name not in names}
    one = apply(apply(None, left, "l"), right, "r")
    other = apply(apply(None, right, "r"), left, "l")
    assert content(one) == content(other) == spec


@given(specs, specs)
def test_what_nobody_owns_any_more_is_gone(first, second):
    """What a sole manager stops applying is removed: its object is what it last applied."""
    live = apply(apply(None, first, "one"), second, "one")
    expected = copy(second)
    result = content(live)
    for name in ("tags", "ports"):  # the order of what stays is the live object's
        if name in expected:
            assert sorted(map(repr_of, result[name])) == sorted(map(repr_of, expected[name]))
            expected.pop(name), result.pop(name)
    assert result == expected


@given(specs, specs)
def test_shared_fields_survive_one_owner(shared, more):
    """What another manager applies as well stays when the first stops applying it."""
    live = apply(apply(None, shared, "one"), shared, "two")
    live = apply(live, {}, "one")
    assert content(live) == shared
    assert content(apply(live, {}, "two")) == {}


def refusal(live: Object, spec: Any) -> StatusError | None:
    try:
        apply(live, spec, "two")
    except StatusError as error:
        return error
    return None


@given(specs, specs)
def test_conflicts_are_named_or_there_are_none(first, second):
    """An apply without force either goes through, or is a 409 that names each field with its manager and changes nothing."""
    live = apply(None, first, "one")
    differ = {
        name for name in ("one", "two", "whole") if name in first and name in second and first[name] != second[name]
    }
    error = refusal(live, second)
    if error is None:
        assert not differ
        return
    assert (error.code, error.reason) == (409, "Conflict")
    causes = error.details["causes"]
    assert {cause["reason"] for cause in causes} == {"FieldManagerConflict"}
    assert {cause["message"] for cause in causes} == {'conflict with "one"'}
    names = {cause["field"].split(".")[2].partition("[")[0] for cause in causes}
    assert differ <= names <= {name for name in first if name in second and first[name] != second[name]}


@given(specs, specs)
def test_an_update_owns_what_it_changes(first, second):
    """An update takes what it changes from the appliers; what it leaves alone stays theirs."""
    live = apply(None, first, "one")
    changed = {**thing(copy(second)), "metadata": copy(live["metadata"])}
    manager().update(copy(live), changed, "editor", LATER)
    owners = {
        entry["manager"]: entry["fieldsV1"].get("f:spec") or {}
        for entry in changed["metadata"].get("managedFields") or ()
    }
    for name in ("one", "two", "whole"):
        if name in second and second.get(name) != first.get(name):
            assert f"f:{name}" in owners["editor"]
            assert f"f:{name}" not in owners.get("one", {})
        elif name in second:
            assert f"f:{name}" in owners["one"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"one": 5}, ".spec.one: expected string, got &value.valueUnstructured{Value:5}"),
        ({"tags": ["a", "a"]}, '.spec.tags: duplicate entries for key [="a"]'),
        (
            {"ports": [{"port": 1}]},
            '.spec.ports: element 0: associative list with keys has an element that omits key field "name"',
        ),
        ({"none": 1}, ".spec.none: field not declared in schema"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(spec, said):
    """An apply that does not fit the schema says where and why."""
    with pytest.raises(StatusError) as caught:
        apply(None, spec, "one")
    assert caught.value.code == 500
    assert said in caught.value.message
