"""The columns of ``kubectl get`` for built-in kinds, and the cells of a row.

Columns and cells as k8s.io/kubernetes/pkg/printers/internalversion has them. A kind without a printer of its own shows its name
and when it was created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.registry.builtin.printers import cluster, core, networks, pods, storage, workloads
from emulator.apiserver.registry.builtin.printers.columns import CREATED_AT, NAME, Printer
from emulator.apiserver.registry.resource import Resource


def _default(obj: Object, now: datetime) -> list[Any]:
    return [metadata(obj).get("name", ""), metadata(obj).get("creationTimestamp")]


_DEFAULT = Printer((NAME, CREATED_AT), _default)
_PRINTERS: Mapping[str, Printer] = {
    **core.PRINTERS,
    **pods.PRINTERS,
    **workloads.PRINTERS,
    **networks.PRINTERS,
    **storage.PRINTERS,
    **cluster.PRINTERS,
}


def printer_of(kind: str) -> Printer:
    """The printer of a kind."""
    return _PRINTERS.get(kind, _DEFAULT)


def with_columns(resource: Resource) -> Resource:
    """The row with its table columns."""
    return replace(resource, columns=printer_of(resource.kind).columns)


def cells(resource: Resource, obj: Object, now: datetime) -> list[Any]:
    """The cells of an object's row."""
    return printer_of(resource.kind).cells(obj, now)


__all__ = ["Printer", "cells", "printer_of", "with_columns"]
