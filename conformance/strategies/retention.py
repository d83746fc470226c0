"""Life stories of Models for retention: registered at some age, changed, cleaned up, cut off."""

from __future__ import annotations

from hypothesis import strategies as st

ARTIFACTS = ("one", "two", "three", "dir", "dir2")  # dir and dir2 are directories of two files each
_refs = st.lists(st.sampled_from(ARTIFACTS), max_size=3)
ages = st.sampled_from([-86400, -1, 0, 1, 2, 86400 * 30])  # seconds older than the cutoff; 0 is the cutoff itself
registers = st.fixed_dictionaries(
    {"op": st.just("register"), "place": st.integers(0, 1), "age": ages, "raw": _refs, "deployable": _refs}
)
retargets = st.fixed_dictionaries({"op": st.just("retarget"), "model": st.integers(0, 5), "raw": _refs})
cleanups = st.fixed_dictionaries({"op": st.just("cleanup"), "after": st.one_of(st.none(), st.integers(0, 12))})
stories = st.builds(
    lambda first, rest: [first, *rest],
    registers,
    st.lists(st.one_of(registers, registers, cleanups, cleanups, retargets), min_size=1, max_size=9),
)
