"""Every check by its id."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from conformance.checks import artifacts, definition, models, objects, reader, timestamps
from conformance.checks.check import Check

MODULES: tuple[ModuleType, ...] = (definition, models, objects, timestamps, reader, artifacts)
CHECKS: Mapping[str, Check] = {
    found.id: found for module in MODULES for found in vars(module).values() if isinstance(found, Check)
}
