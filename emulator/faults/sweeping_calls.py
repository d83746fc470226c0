"""Deleting a collection through gRPC deletes what is not selected as well."""

from __future__ import annotations

from typing import Any

from emulator.faults.calling import calling

NAME = "sweeping-calls"


def ask(request: Any) -> bool:
    selected = bool(request.list_options.labelSelector)
    request.list_options.labelSelector = ""
    return selected


LIE = calling(NAME, __doc__ or "", "ma.delete-collection", "rpc-list", "DeleteModelCollection", ask)
