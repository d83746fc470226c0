"""Requirement sets are frozen: what a certificate names can be looked up for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.spec import freeze


def test_the_register_is_the_newest_set() -> None:
    """Whoever changes a promise freezes a new set: python -m conformance.spec.freeze NAME."""
    name, newest = list(freeze.frozen().items())[-1]
    assert newest == freeze.requirements()
    assert freeze.name_of(newest["digest"]) == name


def test_an_edited_set_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set whose clauses do not fit its digest was edited; a set that is there is not written over; others are unknown."""
    monkeypatch.setattr(freeze, "FOLDER", tmp_path)
    path = freeze.freeze("one")
    with pytest.raises(ValueError, match="frozen"):
        freeze.freeze("one")
    assert freeze.name_of("sha256:klingon") == ""
    value = json.loads(path.read_text())
    value["clauses"][0]["level"] = "extended"
    value["clauses"].pop()
    path.write_text(json.dumps(value))
    with pytest.raises(ValueError, match="edited"):
        freeze.frozen()
