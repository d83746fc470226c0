"""What the plane asks of an engine: a Kubernetes API server that answers, and a way in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from emulator.control import ControlDoor
from emulator.michelangelo.access import Access
from emulator.objectstore.interface import ObjectStore

if TYPE_CHECKING:
    from emulator.michelangelo.layer import Layer
    from emulator.streams import PodStreams


@dataclass(frozen=True, slots=True)
class Cluster:
    """An API server that answers."""

    access: Access  # the platform's own: it may do everything
    kubeconfig: Path
    contexts: tuple[str, ...]  # of the kubeconfig: whom one can be
    workloads: bool  # nobody runs the cluster's Deployments: the layer has to stand in
    note: str = ""  # what people should know about it
    lost: Callable[[], Awaitable[str]] | None = (
        None  # returns when it has ended by itself, with a sentence that says so
    )
    connect: Callable[[PodStreams], None] | None = None  # takes a node of ours; None where others run Pods


class Engine(Protocol):
    """One way to have an API server, between ``start`` and ``stop``."""

    name: str

    def claim(self) -> None:
        """Take what may be refused: ports, programs, permission. Raises OSError, ValueError with a sentence for people."""

    async def start(self) -> Cluster:
        """Return once requests are answered. Raises OSError, ValueError."""

    async def stop(self) -> None:
        """End what was started, and nothing else. Whoever claimed has to stop."""

    def now(self) -> datetime:
        """What time it is there."""

    def offer(self, control: ControlDoor, store: ObjectStore, layer: Layer) -> None:
        """Answer at the control door for the clock, ``reset`` and snapshots, or say that this engine cannot."""
