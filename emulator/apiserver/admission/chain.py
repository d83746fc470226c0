"""Admission plugins in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context

Ask = Callable[[str, Context, Object | None, Object | None], None]
PODS = GroupResource("", "pods")
Write = tuple[str, str, str, bool, str]
"""A sort of write: its operation, and group, plural, scope and subresource of what it goes to."""


class Plugin:
    """A plugin that minds nothing: the base of those that mind one thing."""

    def minds(self, operation: str, resource: Resource, subresource: str) -> bool:
        """Whether such writes can concern it at all; of others it hears nothing. Asked once for each sort of write."""
        return True

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Change or refuse a write. Raises StatusError."""

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Refuse a write. Raises StatusError."""


class NewPods(Plugin):
    """A plugin that minds the creation of Pods: the base of those that complete them."""

    def minds(self, operation: str, resource: Resource, subresource: str) -> bool:
        """New Pods only."""
        return operation == "CREATE" and resource.group_resource == PODS and not subresource


class _Asked(NamedTuple):
    """Who is asked about one sort of write."""

    admitting: tuple[Ask, ...]
    validating: tuple[Ask, ...]


class Chain:
    """Asks each plugin in turn; the first refusal ends it."""

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self._plugins = plugins
        self._asked: dict[Write, _Asked] = {}

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Let every plugin change or refuse a write. Raises StatusError."""
        for admit in self._about(operation, context).admitting:
            admit(operation, context, obj, old)

    def validate(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Let every plugin refuse a write. Raises StatusError."""
        for validate in self._about(operation, context).validating:
            validate(operation, context, obj, old)

    def _about(self, operation: str, context: Context) -> _Asked:
        resource, subresource = context.resource, context.subresource
        write = (operation, resource.group, resource.plural, resource.namespaced, subresource)
        asked = self._asked.get(write)
        if asked is None:
            minding = [plugin for plugin in self._plugins if plugin.minds(operation, resource, subresource)]
            asked = self._asked[write] = _Asked(
                tuple(plugin.admit for plugin in minding if type(plugin).admit is not Plugin.admit),
                tuple(plugin.validate for plugin in minding if type(plugin).validate is not Plugin.validate),
            )
        return asked
