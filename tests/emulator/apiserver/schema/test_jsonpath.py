"""Kubernetes' JSONPath."""

from __future__ import annotations

import pytest
from contracts.schema_strategies import OBJECTS
from hypothesis import given

from emulator.apiserver.schema.jsonpath import JsonPath

OBJ = {
    "metadata": {"name": "a", "labels": {"a.b/c": "x"}},
    "spec": {
        "size": 1.5,
        "count": 3,
        "parts": [{"n": "a", "v": 1}, {"n": "b", "v": 2}, {"n": "c"}],
        "map": {"y": 2, "x": 1},
        "on": True,
        "none": None,
    },
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".spec.size", [1.5]),
        ("{.spec.size}", [1.5]),
        ("$.spec.count", [3]),
        ("spec.count", [3]),
        (".spec.parts[0].n", ["a"]),
        (".spec.parts[-1].n", ["c"]),
        (".spec.parts[0:2].n", ["a", "b"]),
        (".spec.parts[::2].n", ["a", "c"]),
        (".spec.parts[*].v", [1, 2]),
        (".spec.parts[0,2].n", ["a", "c"]),
        ('.spec.parts[?(@.n=="b")].v', [2]),
        (".spec.parts[?(@.v>1)].n", ["b"]),
        (".spec.parts[?(@.v)].n", ["a", "b"]),
        (r".metadata.labels.a\.b/c", ["x"]),
        (".metadata.labels['a.b/c']", ["x"]),
        (".spec.map.*", [1, 2]),
        ("..n", ["a", "b", "c"]),
        (".spec.missing.deep", []),
        (".spec.size.deep", []),
        (".spec.none", [None]),
    ],
)
def test_a_path_finds_what_it_names(path, found):
    """Fields, indices, slices, wildcards, filters; missing fields lead nowhere."""
    assert JsonPath(path).find(OBJ) == found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".spec.size", "1.5"),
        (".spec.on", "true"),
        (".spec.map", '{"x":1,"y":2}'),
        (".spec.parts[*].n", "a"),
        (".no", ""),
    ],
)
def test_values_print_as_text(path, text):
    """Strings bare, objects as JSON, the first of several, nothing for nothing."""
    assert JsonPath(path).text(OBJ) == text


def test_an_index_beyond_the_list_is_an_error_and_finds_nothing():
    """As in the server, where the cell stays empty."""
    path = JsonPath(".spec.parts[9].n")
    with pytest.raises(ValueError, match="array index out of bounds: index 9, length 3"):
        path.find(OBJ)
    assert path.first(OBJ) is None


@pytest.mark.parametrize("path", [".a[", ".a[x]", ".a['b]", "|"])
def test_what_is_no_path_is_refused(path):
    """A definition with such a column would not be served."""
    with pytest.raises(ValueError):
        JsonPath(path)


@given(OBJECTS)
def test_a_field_is_what_subscription_gives(obj):
    """``.a.b`` is obj["a"]["b"] wherever that exists."""
    inner = obj.get("a")
    expected = [inner["b"]] if isinstance(inner, dict) and "b" in inner else []
    assert JsonPath(".a.b").find(obj) == expected
