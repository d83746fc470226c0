"""Every check by its id."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from conformance.checks import (
    artifacts,
    definition,
    lists,
    machine,
    models,
    objects,
    patching,
    races,
    reader,
    refusals,
    timestamps,
    watches,
)
from conformance.checks.check import Check

MODULES: tuple[ModuleType, ...] = (
    definition,
    models,
    machine,
    objects,
    timestamps,
    refusals,
    patching,
    lists,
    watches,
    races,
    reader,
    artifacts,
)
CHECKS: Mapping[str, Check] = {
    found.id: found for module in MODULES for found in vars(module).values() if isinstance(found, Check)
}
