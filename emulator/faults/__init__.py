"""Lies that can be fitted to a plane, to prove that a suite can see: one per file, named as its file."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from functools import reduce
from importlib import import_module

from emulator.faults.lie import Lie
from emulator.faults.parts import Parts

TOOLS = frozenset(
    {"admitting", "calling", "defining", "judging", "lie", "parts", "rewriting", "storing", "sweeping", "wrapping"}
)


def known() -> list[str]:
    """The names of all lies; none of them is loaded."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name.replace("_", "-") for name in names if name not in TOOLS)


def load(name: str) -> Lie:
    """A lie. Raises ValueError, which lists the known ones."""
    if name not in known():
        raise ValueError(f"unknown fault {name!r}: known are {', '.join(known())}")
    lie: Lie = import_module(f"emulator.faults.{name.replace('-', '_')}").LIE
    return lie


def fit(names: Iterable[str], parts: Parts) -> Parts:
    """The parts with the named lies fitted, one after the other. Raises ValueError."""
    return reduce(lambda fitted, name: load(name).fit(fitted), names, parts)
