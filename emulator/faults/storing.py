"""Lies of the object store: its WSGI application is wrapped in its own process."""

from __future__ import annotations

from dataclasses import replace

from emulator.faults.lie import Lie
from emulator.faults.parts import Parts


def storing(name: str, sentence: str, clause: str, check: str) -> Lie:
    """A lie of the store: the module's ``wrap`` is called with the application, in the store's process."""
    module = f"emulator.faults.{name.replace('-', '_')}"

    def fit(parts: Parts) -> Parts:
        return replace(parts, store_wrappers=(*parts.store_wrappers, f"{module}:wrap"))

    return Lie(sentence, clause, check, fit)
