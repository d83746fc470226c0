"""gRPC lists ignore their label selector."""

from __future__ import annotations

from typing import Any

from emulator.faults.calling import calling

NAME = "deaf-calls"


def ask(request: Any) -> bool:
    selected = bool(request.list_options.labelSelector)
    request.list_options.labelSelector = ""
    return selected


LIE = calling(NAME, __doc__ or "", "ma.list", "rpc-list", "ListModel", ask)
