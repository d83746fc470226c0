"""Sequences of operations on the Models of a namespace, as data."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.strategies.models import small_specs
from conformance.strategies.text import words

NAMES = ("a", "b", "c")
_names = st.sampled_from(NAMES)
_labels = st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from(["x", "y"]), max_size=2)
patches = st.fixed_dictionaries(
    {},
    optional={
        "revision_id": st.one_of(st.none(), st.integers(0, 9)),
        "description": st.one_of(st.none(), words),
        "model_artifact_uri": st.one_of(st.none(), st.lists(words.map("s3://b/{}".format), max_size=2)),
        "owner": st.one_of(st.none(), st.fixed_dictionaries({"name": words})),
    },
)
operations = st.one_of(
    st.fixed_dictionaries({"op": st.just("create"), "name": _names, "spec": small_specs, "labels": _labels}),
    st.fixed_dictionaries({"op": st.just("create"), "name": _names, "spec": small_specs, "labels": _labels}),
    st.fixed_dictionaries(
        {
            "op": st.just("update"),
            "name": _names,
            "spec": small_specs,
            "labels": _labels,
            "version": st.sampled_from(["fresh", "fresh", "stale", "none"]),
        }
    ),
    st.fixed_dictionaries({"op": st.just("patch"), "name": _names, "patch": patches}),
    st.fixed_dictionaries({"op": st.just("delete"), "name": _names}),
    st.fixed_dictionaries({"op": st.just("get"), "name": _names}),
    st.just({"op": "list"}),
)
sequences = st.lists(operations, min_size=1, max_size=14)
