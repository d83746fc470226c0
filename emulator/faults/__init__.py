"""Lies that can be fitted to a plane, to prove that a suite can see: one per file, each a function ``Parts -> Parts``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from emulator.faults.blind_update import blind_update
from emulator.faults.parts import Fault, Parts

FAULTS: Mapping[str, Fault] = {
    "blind-update": blind_update,
}


def fit(names: Iterable[str], parts: Parts) -> Parts:
    """The parts with the named lies fitted, one after the other."""
    return reduce(lambda fitted, name: FAULTS[name](fitted), names, parts)
