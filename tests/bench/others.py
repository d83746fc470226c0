"""Everything but requests per second: groups of rows by a name that ``--only`` knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from artifacts import artifacts
from beside import get_beside_a_list
from fanout import fan_out
from life import memory_and_state, start
from rates import Rates
from report import Row
from writers import contention

BESIDE_A_BARE_SERVER: dict[str, Callable[[Rates, dict[str, Any]], Awaitable[list[Row]]]] = {
    "delayed by lists": get_beside_a_list,
    "watchers": fan_out,
    "writers on one object": contention,
    "artifact through S3": artifacts,
}
ALONE: dict[str, Callable[[], Awaitable[list[Row]]]] = {
    "start": start,
    "memory, reset, snapshot": memory_and_state,
}
