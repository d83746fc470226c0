"""A kind: what one resource's JSON looks like in one version, and the rules of its writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from emulator.apiserver.apimachinery.managedfields import FieldManager, TypeSource
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Strategy


class Shape(Protocol):
    """What a kind's schema says in one version."""

    @property
    def source(self) -> TypeSource:
        """The schema as server-side apply and strategic merge read it."""
        ...

    @property
    def strategic(self) -> bool:
        """Whether strategic merge patches are understood (they are for built-in kinds only)."""
        ...

    def read(self, obj: Object) -> list[str]:
        """Drop what the schema does not know, in place; returns the paths of what went.

        Raises ValueError, with the decoder's text, when a value cannot be read at all.
        """
        ...

    def default(self, obj: Object) -> None:
        """Fill in defaults, in place."""
        ...


@dataclass(slots=True)
class Kind:
    """One resource in one version: its row, shape and strategies."""

    resource: Resource
    shape: Shape
    strategy: Strategy
    subresources: dict[str, Strategy] = field(default_factory=dict)
    _managers: dict[str, FieldManager] = field(default_factory=dict)

    def strategy_of(self, subresource: str) -> Strategy:
        """The rules of writing the object through a subresource (empty: the object itself)."""
        return self.subresources[subresource] if subresource else self.strategy

    def field_manager(self, subresource: str) -> FieldManager:
        """Who tracks the owners of fields for writes through a subresource."""
        manager = self._managers.get(subresource)
        if manager is None:
            manager = self._managers[subresource] = FieldManager(
                self.shape.source,
                self.resource.api_version,
                self.resource.kind,
                subresource=subresource,
                reset_fields=self.strategy_of(subresource).reset_fields,
            )
        return manager

    def convert(self, obj: Object) -> Object:
        """An object of another version of this resource as one of this version, in place."""
        obj["apiVersion"] = self.resource.api_version
        return obj
