"""Hypothesis strategies: structural schemas, and JSON values that sometimes fit them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from([0.5, 1.5, -2.5]), st.text("abc", max_size=4)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


def _with(base: dict[str, Any], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional).map(lambda chosen: {**base, **chosen})


_STRINGS = _with(
    {"type": "string"},
    minLength=st.integers(0, 2),
    maxLength=st.integers(1, 4),
    enum=st.just(["a", "ab", ""]),
    pattern=st.sampled_from(["^a", "b$", "^[ab]*$"]),
    nullable=st.booleans(),
    default=st.text("abc", max_size=3),
)
_NUMBERS = _with(
    {"type": "integer"},
    minimum=st.integers(-3, 1),
    maximum=st.integers(0, 4),
    multipleOf=st.integers(1, 3),
    default=st.integers(-4, 4),
)
_LEAVES = st.one_of(_STRINGS, _NUMBERS, st.just({"type": "boolean"}), _with({"type": "number"}, minimum=st.just(0.5)))


def _composed(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        _with(
            {"type": "object"},
            properties=st.dictionaries(NAMES, inner, min_size=1, max_size=3),
            required=st.lists(NAMES, min_size=1, max_size=2, unique=True),
            minProperties=st.integers(0, 1),
            maxProperties=st.integers(1, 3),
        ),
        inner.map(lambda sub: {"type": "object", "additionalProperties": sub}),
        st.just({"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
        inner.flatmap(
            lambda sub: _with({"type": "array", "items": sub}, minItems=st.integers(0, 1), maxItems=st.integers(1, 3))
        ),
    )


SCHEMAS: st.SearchStrategy[dict[str, Any]] = st.recursive(_LEAVES, _composed, max_leaves=6)
ROOTS = st.dictionaries(NAMES, SCHEMAS, max_size=3).map(lambda properties: {"type": "object", "properties": properties})
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)
