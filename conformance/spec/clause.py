"""A clause: one checkable promise, with its source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Force(Enum):
    """How binding a promise is."""

    MUST = "must"
    SHOULD = "should"
    FACT = "fact"


class Level(Enum):
    """Core clauses are required of every control plane; extended ones of those that claim them."""

    CORE = "core"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise of the operator guide, in our words. *why_not* is given instead of checks that do not exist."""

    id: str
    sentence: str
    section: str
    profile: str
    force: Force = Force.MUST
    level: Level = Level.CORE
    why_not: str = ""
