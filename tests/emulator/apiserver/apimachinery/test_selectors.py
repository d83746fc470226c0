"""Label and field selectors: what they select, and how they complain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.selectors import parse_fields, parse_labels

keys = st.sampled_from(["a", "b", "example.com/c"])
values = st.sampled_from(["x", "y", ""])
labels = st.dictionaries(keys, values, max_size=3)


@given(labels, keys, values)
def test_equality(held, key, value):
    """``=`` and ``==`` select by value; ``!=`` selects all others, those without the label included."""
    expected = held.get(key) == value
    assert parse_labels(f"{key}={value}").matches(held) is expected
    assert parse_labels(f"{key} == {value}").matches(held) is expected
    assert parse_labels(f"{key}!={value}").matches(held) is not expected


@given(labels, keys, st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=3))
def test_sets(held, key, listed):
    """``in`` selects any of a set, ``notin`` none of it or no such label; a bare key, or none with ``!``, by presence."""
    expected = held.get(key) in listed
    inside = ",".join(listed)
    assert parse_labels(f"{key} in ({inside})").matches(held) is expected
    assert parse_labels(f"{key} notin ({inside})").matches(held) is not expected
    assert parse_labels(key).matches(held) is (key in held)
    assert parse_labels(f"!{key}").matches(held) is (key not in held)


@given(labels, st.lists(st.tuples(keys, values), max_size=3))
def test_a_comma_is_and(held, pairs):
    """All requirements of a selector hold; an empty selector selects everything."""
    text = ",".join(f"{key}={value}" for key, value in pairs)
    assert parse_labels(text).matches(held) is all(held.get(key) == value for key, value in pairs)


@given(st.dictionaries(st.sampled_from(["metadata.name", "spec.color"]), st.sampled_from(["x", "a,b", "c=d", "e\\f"])))
def test_field_values_are_escaped(held):
    """Commas, equal signs and backslashes in a field selector's value are written with a backslash."""

    def escaped(value: str) -> str:
        return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")

    text = ",".join(f"{key}={escaped(value)}" for key, value in held.items())
    assert parse_fields(text).matches(held)


@pytest.mark.parametrize("text", ["a in x", "a in (x", "=x", "a,,b", "a=b=c", "!a=b", "a notin ()x", "-=x", "a=-"])
def test_bad_label_selectors_are_refused(text):
    """A selector that cannot be read is a ValueError, not an empty or a wider selection."""
    with pytest.raises(ValueError, match=r"."):
        parse_labels(text)
