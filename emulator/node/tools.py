"""What every Pod of a node is run with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from emulator.node import identity
from emulator.node.cluster import Cluster
from emulator.node.events import Recorder
from emulator.node.limits import Limits


@dataclass(frozen=True, slots=True)
class Tools:
    """A node's ways out, and its rules."""

    cluster: Cluster
    recorder: Recorder
    store: identity.StoreAccess
    limits: Limits
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    pulled: set[str] = field(default_factory=set)  # images that were asked for before


def span(seconds: float) -> str:
    """A duration as Go writes it: 10s, 1m20s, 5m0s."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
