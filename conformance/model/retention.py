"""Retention as one pure function: what must be left of Models and objects once a cleanup has come to its end, or was cut off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """A Model: when it was made (comparable text), and the keys that it names."""

    created: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class World:
    """Models by name, and the keys of the objects that are there."""

    models: Mapping[str, Held]
    objects: frozenset[str]


def finished(world: World, cutoff: str) -> World:
    """What is left when a cleanup completes: what is older than the cutoff is gone, and the objects that only it named."""
    staying = {name: held for name, held in world.models.items() if not held.created < cutoff}
    going = {name: held for name, held in world.models.items() if held.created < cutoff}
    kept = frozenset[str]().union(*(held.keys for held in staying.values()))
    doomed = frozenset[str]().union(*(held.keys for held in going.values())) - kept
    return World(staying, world.objects - doomed)


def broken(before: World, after: World, cutoff: str) -> list[tuple[str, str]]:
    """What a cleanup, cut off or not, must not have done: pairs of a clause and a sentence."""
    end = finished(before, cutoff)
    said: list[tuple[str, str]] = []
    for name in sorted(end.models.keys() - after.models.keys()):
        said.append(
            (
                "retention.older-than-cutoff",
                f"{name} of {end.models[name].created} was deleted, and is not older than {cutoff}",
            )
        )
    protected = frozenset[str]().union(*(held.keys for held in end.models.values()))
    for key in sorted((end.objects - after.objects) & protected):
        said.append(("retention.shared-kept", f"{key} was deleted, and a Model that stays names it"))
    for key in sorted((end.objects - after.objects) - protected):
        said.append(("retention.nothing-else", f"{key} was deleted, and no Model that goes names it"))
    named_before = frozenset[str]().union(*(held.keys for held in before.models.values()))
    named_after = frozenset[str]().union(*(held.keys for held in after.models.values()))
    for key in sorted((after.objects & named_before) - named_after):
        said.append(("retention.interruption-safe", f"{key} is still there, and no Model names it any more"))
    for name in sorted(after.models.keys() - before.models.keys()):
        said.append(("retention.nothing-else", f"{name} appeared"))
    return said
