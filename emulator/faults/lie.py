"""A lie: what it breaks, who has to see it, and how it is fitted."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from emulator.faults.parts import Parts

_told: set[str] = set()


@dataclass(frozen=True, slots=True)
class Lie:
    """One lie. ``clause`` is the promise it breaks, ``check`` the check that must convict it."""

    sentence: str
    clause: str
    check: str
    fit: Callable[[Parts], Parts]


def tell(name: str) -> None:
    """Note, once, that a lie was told (in the file that MA_FAULT_LOG names): one that never is proves nothing."""
    path = os.environ.get("MA_FAULT_LOG")
    if path and name not in _told:
        _told.add(name)
        with open(path, "a", encoding="utf-8") as log:
            log.write(f"{name}\n")
