"""Label sets and selectors over a small alphabet, so that they meet."""

from __future__ import annotations

from hypothesis import strategies as st

KEYS = ("team", "stage", "team.example.com/tier")
VALUES = ("a", "b", "prod", "")
label_sets = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=3)
_keys = st.sampled_from([*KEYS, "nobody-has-it"])
requirements = st.one_of(
    st.fixed_dictionaries(
        {"key": _keys, "op": st.sampled_from(["=", "!="]), "values": st.sampled_from([[value] for value in VALUES])}
    ),
    st.fixed_dictionaries(
        {
            "key": _keys,
            "op": st.sampled_from(["in", "notin"]),
            "values": st.lists(st.sampled_from(VALUES[:3]), min_size=1, max_size=3, unique=True),
        }
    ),
    st.fixed_dictionaries({"key": _keys, "op": st.sampled_from(["exists", "absent"])}),
)
selectors = st.lists(requirements, min_size=1, max_size=3)
bad_selectors = st.sampled_from(
    ["a=b=c", "a in b", "a in (b", "a b", "!!a", "=x", "a,", "-a=b", "a=b c", "a==b==c", "a>x", "ä=b", "a=b!"]
)
