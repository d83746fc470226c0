"""What a cleanup must have left: the model acquits one that keeps the order, and convicts each way to break it."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from conformance.model.retention import Held, World, broken, finished

KEYS = "abcd"
CUTOFF = "5"
worlds = st.dictionaries(
    st.sampled_from(["m0", "m1", "m2"]),
    st.builds(Held, created=st.sampled_from("3579"), keys=st.frozensets(st.sampled_from(KEYS), max_size=3)),
).map(lambda models: World(models, frozenset(KEYS)))


def steps(before: World) -> list[World]:
    """Every world that a correct cleanup passes through: objects of a Model one by one, then the Model."""
    passed, now = [before], before
    going = sorted(name for name, held in before.models.items() if held.created < CUTOFF)
    for name in going:
        others = frozenset[str]().union(*(held.keys for other, held in now.models.items() if other != name))
        for key in sorted(now.models[name].keys - others):
            now = World(now.models, now.objects - {key})
            passed.append(now)
        now = World({other: held for other, held in now.models.items() if other != name}, now.objects)
        passed.append(now)
    return passed


@given(worlds)
def test_a_correct_cleanup_is_acquitted_wherever_it_is_cut_off(before: World) -> None:
    """No step of it breaks anything, and the last is what was to be left."""
    passed = steps(before)
    assert [broken(before, after, CUTOFF) for after in passed if broken(before, after, CUTOFF)] == []
    assert passed[-1] == finished(before, CUTOFF)


@given(worlds, st.data())
def test_each_way_to_break_it_is_convicted(before: World, data: st.DataObject) -> None:
    """A young Model gone, a shared object gone, a stranger's object gone, a Model gone before its objects."""

    def clauses(after: World) -> set[str]:
        return {clause for clause, _ in broken(before, after, CUTOFF)}

    assume(before.models)
    name = data.draw(st.sampled_from(sorted(before.models)))
    held = before.models[name]
    without = World({other: one for other, one in before.models.items() if other != name}, before.objects)
    alone = held.keys - frozenset[str]().union(*(one.keys for one in without.models.values()))
    if held.created >= CUTOFF:
        assert "retention.older-than-cutoff" in clauses(without)
        for key in held.keys:
            assert "retention.shared-kept" in clauses(World(before.models, before.objects - {key}))
    elif alone:
        assert "retention.interruption-safe" in clauses(without)
    named = frozenset[str]().union(*(one.keys for one in before.models.values()))
    for key in before.objects - named:
        assert "retention.nothing-else" in clauses(World(before.models, before.objects - {key}))
