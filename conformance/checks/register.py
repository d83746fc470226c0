"""Every check by its id, chapter by chapter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from conformance.checks.check import Check

CHAPTERS = (
    "definition",
    "models",
    "machine",
    "cast",
    "extremes",
    "objects",
    "timestamps",
    "refusals",
    "patching",
    "lists",
    "watches",
    "kinds",
    "races",
    "reader",
    "scope",
    "access",
    "grants",
    "querying",
    "deletion",
    "basics",
    "discovery",
    "artifacts",
    "identities",
    "serving",
    "rollouts",
    "waiting",
    "cures",
    "rpc",
    "retention",
    "commanded",
    "dates",
    "reinstall",
    "versions",
)


def _checks() -> Iterator[Check]:
    for chapter in CHAPTERS:
        yield from (
            found for found in vars(import_module(f"conformance.checks.{chapter}")).values() if isinstance(found, Check)
        )


CHECKS: Mapping[str, Check] = {found.id: found for found in _checks()}
