"""A target on its way up: what judges it is loaded meanwhile."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from conformance.targets.emulator import EmulatorTarget
from conformance.targets.interface import Doors, Target


class Opening:
    """Opens a target, and closes it at the context's end. An emulator, which nobody else minds, begins at once; others when asked for."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._open = ExitStack()
        self._pool: ThreadPoolExecutor | None = None
        self._coming: Future[Doors] | None = None

    def __enter__(self) -> Opening:
        if isinstance(self.target, EmulatorTarget):
            self._pool = ThreadPoolExecutor(1)
            self._coming = self._pool.submit(self._enter)
        return self

    def __exit__(self, *_: Any) -> None:
        if self._pool is not None:
            self._pool.shutdown()
        self._open.close()

    def doors(self) -> Doors:
        """Its doors, as soon as they are open. Raises what opening it raises."""
        return self._coming.result() if self._coming is not None else self._enter()

    def _enter(self) -> Doors:
        return self._open.enter_context(self.target.open())
