"""Printer columns of a custom resource: what ``kubectl get`` prints of an object.

Source of the rules: k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, name_of
from emulator.apiserver.schema.ages import age
from emulator.apiserver.schema.jsonpath import as_text, compiled
from emulator.apiserver.schema.kubernetes import descriptions

NAME_DESCRIPTION = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to "
    "request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and "
    "configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
AGE_DESCRIPTION = (
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in "
    "happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in "
    "UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ``kubectl get``: meta.k8s.io/v1 TableColumnDefinition plus the JSONPath of its cells."""

    name: str
    type: str = "string"
    format: str = ""
    description: str = ""
    priority: int = 0
    json_path: str = ""
    described_by: str = ""  # the field of a built-in type, ``definition#field``, whose description is the column's


def describe(column: Column) -> str:
    """What a column is about."""
    if not column.described_by:
        return column.description
    definition, _, field = column.described_by.partition("#")
    return descriptions().get(definition, {}).get(field, column.description)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAME = Column("Name", "string", "name", NAME_DESCRIPTION)
AGE = Column("Age", "date", "", AGE_DESCRIPTION, json_path=".metadata.creationTimestamp")


def columns_of(version: Object) -> tuple[Column, ...]:
    """The columns of a version of a definition: the name, then its own; the age when it has none of its own."""
    given: list[Object] = version.get("additionalPrinterColumns") or []
    return (NAME, *map(_column, given)) if given else (NAME, AGE)


def _column(given: Object) -> Column:
    path = given.get("jsonPath") or ""
    return Column(
        name=given.get("name") or "",
        type=given.get("type") or "",
        format=given.get("format") or "",
        description=given.get("description") or f"Custom resource definition column (in JSONPath format): {path}",
        priority=given.get("priority") or 0,
        json_path=path,
    )


def cells(columns: Sequence[Column], obj: Object, now: datetime | None = None) -> list[Any]:
    """The row of an object: its name, then a cell per further column; null where there is nothing of the column's type."""
    moment = now or datetime.now(UTC)
    return [name_of(obj), *(_cell(column, obj, moment) for column in columns[1:])]


def dates(columns: Sequence[Column], obj: Object) -> dict[int, str]:
    """The positions of cells that are ages, each with the timestamp it counts from."""
    found: dict[int, str] = {}
    for position, column in enumerate(columns):
        if position and column.type == "date":
            try:
                values = compiled(column.json_path).find(obj)
                if values and isinstance(values[0], str):
                    age(values[0], _EPOCH)
                    found[position] = values[0]
            except ValueError:
                continue
    return found


def _cell(column: Column, obj: Object, now: datetime) -> Any:
    try:
        values = compiled(column.json_path).find(obj)
    except ValueError:
        return None
    if not values:
        return None
    value = values[0]
    if column.type == "string":
        return as_text(value)
    if column.type == "boolean":
        return value if isinstance(value, bool) else None
    if column.type == "date":
        return _date(value, now) if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if column.type == "integer" or value == int(value) else value


def _date(value: str, now: datetime) -> str:
    try:
        return age(value, now)
    except ValueError:
        return "<invalid>"
