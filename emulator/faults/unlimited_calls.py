"""gRPC lists ignore their limit."""

from __future__ import annotations

from typing import Any

from emulator.faults.calling import calling

NAME = "unlimited-calls"


def ask(request: Any) -> bool:
    limited = bool(request.list_options.limit)
    request.list_options.limit = 0
    return limited


LIE = calling(NAME, __doc__ or "", "ma.limit", "kube-to-rpc", "ListModel", ask)
