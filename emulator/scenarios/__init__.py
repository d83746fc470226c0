"""Troubles of the guide's table, each in one file: how a running plane gets into it, how it is seen, and how it is cured.

Everything is done through doors that a user has: the Kubernetes API, S3, its policies, registration.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from emulator.scenarios.scenario import Scenario

TOOLS = frozenset({"acting", "artifacts", "policies", "scenario", "serving", "stage"})


def known() -> list[str]:
    """The names of all scenarios; none of them is loaded."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name.replace("_", "-") for name in names if name not in TOOLS)


def load(name: str) -> Scenario:
    """A scenario. Raises ValueError, which lists the known ones."""
    if name not in known():
        raise ValueError(f"unknown scenario {name!r}: known are {', '.join(known())}")
    scenario: Scenario = import_module(f"emulator.scenarios.{name.replace('-', '_')}").SCENARIO
    return scenario
