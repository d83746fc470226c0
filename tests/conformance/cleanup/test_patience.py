"""A store in trouble is asked again; one that stays in trouble is refused, and nothing is deleted on a guess."""

from __future__ import annotations

import pytest

from conformance.cleanup.doors import RefusedError, S3Objects
from conformance.driver.errors import HarnessError
from conformance.driver.history import Exchange, History
from conformance.driver.lane import ReplayLane
from conformance.driver.s3 import Keys, ObjectStore

PATH = "/b?prefix=k&versions="
LISTED = b"<ListVersionsResult><Version><Key>k</Key><VersionId>null</VersionId></Version></ListVersionsResult>"


def objects(*answers: tuple[int, bytes]) -> S3Objects:
    """A store that gives these answers to a list of versions."""
    recorded = {
        ("main", number): Exchange(number, "main", "s3", "p", "GET", PATH, status=status, answer=answer)
        for number, (status, answer) in enumerate(answers, 1)
    }
    return S3Objects(ObjectStore(None, Keys("p", "", ""), ReplayLane("main", recorded, History()), "b", ""))


@pytest.mark.parametrize("code", [500, 503])
def test_trouble_passes(code: int) -> None:
    """Twice in trouble, then well."""
    assert list(objects((code, b""), (code, b""), (200, LISTED)).under("b", "k")) == [("k", "")]


def test_trouble_stays() -> None:
    """After four answers it is a refusal, not an empty list."""
    with pytest.raises(RefusedError, match="503"):
        list(objects(*[(503, b"")] * 4).under("b", "k"))


def test_a_refusal_is_not_asked_again() -> None:
    """403 is an answer: a second question would find the recording at its end."""
    with pytest.raises(RefusedError, match="403"):
        list(objects((403, b"")).under("b", "k"))
    with pytest.raises(HarnessError):
        list(objects((500, b"")).under("b", "k"))
