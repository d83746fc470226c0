"""The memory storage, and the pass-through wrapper of faults, keep the storage contract."""

from __future__ import annotations

import pytest
from contracts import storage_contract as contract
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.storage.interface import CompactedError, Key, KeyNotFoundError
from emulator.apiserver.storage.memory import MemoryStorage
from emulator.faults.wrapping import StorageWrapper


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("make", [MemoryStorage, lambda: StorageWrapper(MemoryStorage())], ids=["memory", "wrapped"])
def test_contract(check, make):
    """Every storage, and every wrapper of one, keeps the contract."""
    check(make())


def test_a_full_log_forgets_its_oldest_events():
    """A watcher that fell behind the window is told so, instead of missing events silently."""
    storage = MemoryStorage(window_events=8)
    start = storage.revision
    for number in range(30):
        contract.put(storage, f"n{number:02}")
    with pytest.raises(CompactedError):
        storage.events(contract.RESOURCE, start)
    assert [event.revision for event in storage.events(contract.RESOURCE, storage.revision - 3)]


WRITES = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["put", "delete"])), max_size=25)


@given(WRITES, st.data())
def test_every_past_revision_can_be_listed_again(writes, data):
    """A listing as of a revision is what a listing at that revision was, whatever was written since."""
    storage = MemoryStorage()
    history = {storage.revision: []}
    for name, verb in writes:
        key = Key(contract.RESOURCE, "ns", name)
        present = next((item for item in storage.list(contract.RESOURCE).items if item.key == key), None)
        if verb == "delete" and present:
            storage.delete(key, contract.text("v"), present.revision)
        elif verb == "put" and present:
            storage.update(key, contract.text("v"), {}, {}, present.revision)
        elif verb == "put":
            storage.create(key, contract.text("v"), {}, {})
        history[storage.revision] = [item.data for item in storage.list(contract.RESOURCE).items]
    revision = data.draw(st.sampled_from(sorted(history)))
    assert [item.data for item in storage.list(contract.RESOURCE, revision=revision).items] == history[revision]
    limit = data.draw(st.integers(1, 3))
    paged, start = [], None
    while True:
        page = storage.list(contract.RESOURCE, revision=revision, start=start, limit=limit)
        paged += [item.data for item in page.items]
        start = page.next
        if start is None:
            break
        assert page.remaining == len(history[revision]) - len(paged)
    assert paged == history[revision]


LABELLED = st.lists(
    st.tuples(
        st.sampled_from(["put", "delete"]),
        st.sampled_from("abc"),
        st.sampled_from(["one", "two"]),
        st.dictionaries(st.sampled_from("xy"), st.sampled_from("12"), max_size=2),
    ),
    max_size=20,
)


@given(LABELLED, st.sampled_from("xy"), st.sampled_from("12"), st.sampled_from(["", "one", "two"]))
def test_the_label_index_answers_as_asking_everybody(writes, name, value, namespace):
    """A list that is told of a certain label is the list that asks every object, before and after any writes."""
    storage = MemoryStorage()

    def wanted(stored) -> bool:
        return stored.labels.get(name) == value

    for action, which, place, labels in writes:
        key = contract.key(which, place)
        try:
            present = storage.get(key)
        except KeyNotFoundError:
            present = None
        if action == "delete":
            if present is not None:
                storage.delete(key, contract.text("gone"), present.revision)
        elif present is None:
            storage.create(key, contract.text("v"), labels, {})
        else:
            storage.update(key, contract.text("w"), labels, {}, present.revision)
        slow = storage.list(contract.RESOURCE, namespace, select=wanted)
        fast = storage.list(contract.RESOURCE, namespace, label=(name, value))
        assert list(fast.items) == list(slow.items)
