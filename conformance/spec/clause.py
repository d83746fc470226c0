"""A clause: one promise of the operator guide, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Force(StrEnum):
    """How we read the sentence: the guide seldom says must."""

    MUST = "must"
    SHOULD = "should"
    FACT = "fact"  # a statement about how things are; others build on it


class Level(StrEnum):
    """Whether a profile can pass without it."""

    CORE = "core"
    EXTENDED = "extended"


class Profile(StrEnum):
    """A named set of clauses that a target claims as a whole."""

    REGISTRY = "registry"
    RBAC = "rbac"
    ARTIFACTS = "artifacts"
    RETENTION = "retention"
    SERVING = "serving"
    CLI = "cli"
    TROUBLESHOOTING = "troubleshooting"
    KUBERNETES = "kubernetes"


class Unchecked(StrEnum):
    """Why no check decides a clause."""

    OPERATOR = "operator-only"  # something a person does, invisible at the doors
    DOCUMENTATION = "documentation"  # explains or points elsewhere; promises nothing that could be false of a target
    UNOBSERVABLE = "not observable"
    CLIENT = "client-side"  # a property of kubectl, ma or a shell, not of a control plane
    ELSEWHERE = "covered elsewhere"


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise. ``id`` is never renamed; ``section`` is a section of the guide (see ``guide.SECTIONS``)."""

    id: str
    section: str
    profile: Profile
    text: str
    force: Force = Force.MUST
    level: Level = Level.CORE
    unchecked: Unchecked | None = None
    reason: str = ""  # for unchecked clauses: why
    ambiguity: str = ""  # the guide can be read in two ways: which they are, and how it is judged
