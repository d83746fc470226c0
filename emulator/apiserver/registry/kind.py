"""A kind: what one resource's JSON looks like in one version, and the rules of its writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

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

    def settled(self, obj: Object) -> bool:
        """Whether reading and defaulting would certainly change nothing but the metadata."""
        ...


@dataclass(slots=True)
class Kind:
    """One resource in one version: its row, shape and strategies."""

    resource: Resource
    shape: Shape
    strategy: Strategy
    cells: Callable[[Object, datetime], list[Any]]
    subresources: dict[str, Strategy] = field(default_factory=dict)
    converter: Callable[[Object], Object] | None = None  # from another version, in place; None: only apiVersion differs
    asks: bool = False  # whether conversion takes a webhook
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
                reset_fields=self.subresources.get(subresource, self.strategy).reset_fields,
            )
        return manager

    def convert(self, obj: Object) -> Object:
        """An object of another version of this resource as one of this version, in place."""
        if self.converter is not None:
            return self.converter(obj)
        obj["apiVersion"] = self.resource.api_version
        return obj

    def row_conditions(self, obj: Object) -> list[Object]:
        """What a table row says beside its cells (``Completed`` for a finished Pod)."""
        phase = (obj.get("status") or {}).get("phase") if self.resource.kind == "Pod" else ""
        if phase not in ("Succeeded", "Failed"):
            return []
        message = "The pod has completed successfully." if phase == "Succeeded" else "The pod failed."
        return [{"type": "Completed", "status": "True", "reason": phase, "message": message}]
