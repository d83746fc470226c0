"""Files that are snapshots, and files that are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import snapshots
from emulator.apiserver.contents import Entry


class Store:
    """An empty object store; *ends* is raised when it is to save."""

    def __init__(self, ends: Exception | None = None) -> None:
        self.ends = ends

    def save(self, archive) -> int:
        if self.ends is not None:
            raise self.ends
        return 0


HELD = snapshots.Snapshot("guide", 12.5, [Entry.of("configmaps", {"metadata": {"name": "a"}})])


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("snapshot") / "plane.zip"
    snapshots.save(path, HELD, Store())
    return path


def test_what_is_saved_is_loaded(file):
    """There and back."""
    assert snapshots.load(file) == HELD


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_in_words(file, data):
    """Whatever byte is wrong, and wherever it ends: a snapshot, or ValueError with the file's name."""
    whole = file.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    wrong = bytearray(whole[: data.draw(st.sampled_from([cut, len(whole)]))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(wrong) - 1)), max_size=3)):
        wrong[at : at + 1] = data.draw(st.binary(min_size=1, max_size=1))
    path = file.with_name("damaged.zip")
    path.write_bytes(wrong)
    said = ""
    try:
        snapshots.load(path)
    except ValueError as error:
        said = str(error)
    assert not said or str(path) in said


def test_an_interrupted_save_leaves_the_old_file(file):
    """Where the store cannot be saved, the file that was there is there still, and nothing lies beside it."""
    before = sorted(item.name for item in file.parent.iterdir())
    with pytest.raises(OSError, match="the store has ended"):
        snapshots.save(file, HELD, Store(OSError("the store has ended")))
    assert snapshots.load(file) == HELD
    assert sorted(item.name for item in file.parent.iterdir()) == before


def test_a_folder_is_no_file(tmp_path):
    """Saving to a folder, and loading one, is said with its path."""
    with pytest.raises(ValueError, match=f"{tmp_path} is a folder"):
        snapshots.save(tmp_path, HELD, Store())
    with pytest.raises(OSError, match=f"{tmp_path} cannot be read: Is a directory"):
        snapshots.load(tmp_path)
