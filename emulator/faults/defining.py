"""Lies of definitions: a CRD is not what the platform's is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

Definition = dict[str, Any]


def defining(
    name: str, sentence: str, clause: str, check: str, plural: str, change: Callable[[Definition], None]
) -> Lie:
    """A lie of one definition: *change* is given its only version."""

    def crds(documents: list[Definition]) -> list[Definition]:
        for document in documents:
            if document["spec"]["names"]["plural"] == plural:
                change(document["spec"]["versions"][0])
                tell(name)
        return documents

    def fit(parts: Parts) -> Parts:
        return replace(parts, layer=replace(parts.layer, crds=crds))

    return Lie(sentence, clause, check, fit)


def spec_of(version: Definition) -> dict[str, Any]:
    """The properties of ``spec``."""
    properties: dict[str, Any] = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return properties
