"""Admission plugins in their order."""

from __future__ import annotations

from collections.abc import Sequence

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.strategy import Admission, Context


class Chain:
    """Asks each plugin in turn; the first refusal ends it."""

    def __init__(self, plugins: Sequence[Admission]) -> None:
        self._admitting = tuple(plugin.admit for plugin in plugins if type(plugin).admit is not Plugin.admit)
        self._validating = tuple(plugin.validate for plugin in plugins if type(plugin).validate is not Plugin.validate)

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Let every plugin change or refuse a write. Raises StatusError."""
        for admit in self._admitting:
            admit(operation, context, obj, old)

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Let every plugin refuse a write. Raises StatusError."""
        for validate in self._validating:
            validate(operation, context, obj, old)


class Plugin:
    """A plugin that minds nothing: the base of those that mind one thing."""

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Change or refuse a write. Raises StatusError."""

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse a write. Raises StatusError."""
