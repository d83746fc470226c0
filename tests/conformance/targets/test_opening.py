"""Targets on their way up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from conformance.driver.errors import TargetError
from conformance.targets.emulator import EmulatorTarget
from conformance.targets.interface import Doors
from conformance.targets.opening import Opening


class Target:
    """Notes what becomes of it."""

    name = "told"

    def __init__(self, problem: str = "") -> None:
        self.notes: list[str] = []
        self.problem = problem
        self.begun = threading.Event()

    @contextmanager
    def open(self) -> Iterator[Doors]:
        self.notes.append("opened")
        self.begun.set()
        if self.problem:
            raise TargetError(self.problem)
        yield Doors(Path("kubeconfig"))
        self.notes.append("closed")


def early(target: Target) -> EmulatorTarget:
    """An emulator that comes up as *target* does."""

    class Told(EmulatorTarget):
        def open(self) -> AbstractContextManager[Doors]:
            return target.open()

    return Told()


def test_others_are_opened_when_they_are_asked_for() -> None:
    target = Target()
    with Opening(target) as opening:
        assert target.notes == []
        assert opening.doors().kubeconfig == Path("kubeconfig")
    assert target.notes == ["opened", "closed"]
    with Opening(target):
        pass
    assert target.notes == ["opened", "closed"]


def test_an_emulator_begins_at_once() -> None:
    target = Target()
    with Opening(early(target)) as opening:
        assert target.begun.wait(10)
        assert opening.doors().kubeconfig == Path("kubeconfig")
    assert target.notes == ["opened", "closed"]


def test_an_emulator_that_nobody_asks_for_ends_all_the_same() -> None:
    """As when a flag turns out to be wrong."""
    target = Target()
    with pytest.raises(ValueError, match="wrong flag"), Opening(early(target)):
        raise ValueError("wrong flag")
    assert target.notes == ["opened", "closed"]


def test_what_keeps_an_emulator_down_is_said_where_it_is_asked_for() -> None:
    target = Target("it ended")
    with Opening(early(target)) as opening, pytest.raises(TargetError, match="it ended"):
        opening.doors()
