"""Nested sets of paths do what sets of paths do, and change nobody's."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.managedfields import fieldset

ELEMENTS = st.sampled_from(["f:a", "f:b", 'k:{"name":"a"}', 'v:"x"'])
PATHS = st.lists(st.lists(ELEMENTS, min_size=1, max_size=3).map(tuple), max_size=6)


def members(one):
    return set(fieldset.paths(one))


@given(PATHS)
def test_a_set_has_the_paths_that_it_is_made_of(paths):
    assert members(fieldset.from_paths(paths)) == set(paths)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (fieldset.union, set.union),
        (fieldset.difference, set.difference),
        (fieldset.intersection, set.intersection),
    ],
)
@given(PATHS, PATHS)
def test_operations(operation, expected, one, two):
    first, second = fieldset.from_paths(one), fieldset.from_paths(two)
    before = deepcopy((first, second))
    assert members(operation(first, second)) == expected(set(one), set(two))
    assert (first, second) == before


@given(PATHS, PATHS)
def test_what_two_sets_do_not_share_is_the_set_itself(one, two):
    first, second = fieldset.from_paths(one), fieldset.from_paths(two)
    if not set(one) & set(two):
        assert fieldset.difference(first, second) is first
