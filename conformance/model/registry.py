"""The registry as one pure function: what a correct plane answers to an operation on Models, and what it holds afterwards.

Operations are plain data. Names, versions and uids are not predicted: an answer is described by its code and reason and by
the content that must be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.model.patches import merge

Operation = Mapping[str, Any]
"""``op`` with ``name``, ``spec``, ``labels``, ``patch``, ``version`` ("fresh", "stale", "none") as it needs."""


@dataclass(frozen=True, slots=True)
class Held:
    """A Model that the registry holds. ``writes`` counts changes: equal counts, equal resourceVersions."""

    spec: Any
    labels: Mapping[str, str]
    life: int  # which object of this name it is: another life, another uid
    writes: int = 0
    generation: int = 1


@dataclass(frozen=True, slots=True)
class Registry:
    """The Models of a namespace by name, and how many lives began."""

    models: Mapping[str, Held] = field(default_factory=dict)
    lives: int = 0
    deleted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Expected:
    """What the answer must be."""

    code: int
    reason: str = ""
    held: Held | None = None  # what the answer shows
    names: tuple[str, ...] | None = None  # what a list shows


NOT_FOUND = Expected(404, "NotFound")


def step(state: Registry, operation: Operation) -> tuple[Expected, Registry]:
    """The answer that a correct registry gives, and what it holds afterwards."""
    name = operation.get("name", "")
    held = state.models.get(name)
    match operation["op"]:
        case "create":
            if held is not None:
                return Expected(409, "AlreadyExists"), state
            fresh = Held(operation["spec"], operation.get("labels", {}), state.lives + 1)
            return Expected(201, held=fresh), replace(_with(state, name, fresh), lives=state.lives + 1)
        case "get":
            return (Expected(200, held=held) if held else NOT_FOUND), state
        case "list":
            return Expected(200, names=tuple(sorted(state.models))), state
        case "update":
            return _update(state, name, held, operation)
        case "patch":
            if held is None:
                return NOT_FOUND, state
            changed = _changed(held, merge(held.spec, operation["patch"]), held.labels)
            return Expected(200, held=changed), _with(state, name, changed)
        case "delete":
            if held is None:
                return NOT_FOUND, state
            left = {key: value for key, value in state.models.items() if key != name}
            return Expected(200), replace(state, models=left, deleted=state.deleted | {name})
        case unknown:
            raise ValueError(f"no such operation: {unknown}")


def _update(state: Registry, name: str, held: Held | None, operation: Operation) -> tuple[Expected, Registry]:
    if held is None:
        return NOT_FOUND, state
    if operation["version"] == "none":
        return Expected(422, "Invalid"), state
    if operation["version"] == "stale":
        return Expected(409, "Conflict"), state
    changed = _changed(held, operation["spec"], operation.get("labels", {}))
    return Expected(200, held=changed), _with(state, name, changed)


def _changed(held: Held, spec: Any, labels: Mapping[str, str]) -> Held:
    if spec == held.spec and labels == held.labels:
        return held
    generation = held.generation + (spec != held.spec)
    return replace(held, spec=spec, labels=labels, writes=held.writes + 1, generation=generation)


def _with(state: Registry, name: str, held: Held) -> Registry:
    return replace(state, models={**state.models, name: held})
