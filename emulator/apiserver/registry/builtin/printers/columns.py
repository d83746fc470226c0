"""Columns that many kinds share, and how a kind's columns and cells are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.resource import Column
from emulator.apiserver.schema.kubernetes import META

CORE = "io.k8s.api.core.v1."


@dataclass(frozen=True, slots=True)
class Printer:
    """What a kind's table looks like."""

    columns: tuple[Column, ...]
    cells: Callable[[Object, datetime], list[Any]]


def column(name: str, text: str = "", *, sort: str = "string", wide: bool = False, of: str = "") -> Column:
    """A column. *of* names a field of a definition (``io.k8s.api.core.v1.ServiceSpec#type``) whose description is the column's."""
    return Column(name, sort, "", text, 1 if wide else 0, described_by=of)


NAME = Column("Name", "string", "name", "", described_by=f"{META}ObjectMeta#name")
AGE = column("Age", of=f"{META}ObjectMeta#creationTimestamp")
CREATED_AT = column("Created At", sort="date", of=f"{META}ObjectMeta#creationTimestamp")
CONTAINERS = column("Containers", "The names of the template's containers.", wide=True)
IMAGES = column("Images", "The images of the template's containers.", wide=True)


def selector_column(of: str) -> Column:
    """The selector of a workload."""
    return column("Selector", wide=True, of=of)


def name_of(obj: Object) -> str:
    """The object's name."""
    name: str = metadata(obj).get("name") or ""
    return name


def part(obj: Object, name: str) -> Object:
    """A part of an object (its spec, its status); an empty one when it has none."""
    value = obj.get(name)
    return value if isinstance(value, dict) else {}
