"""What the server's own controllers do about a write: after it has been answered, and before the next request is begun."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial

_log = logging.getLogger("emulator.apiserver")


class Afterwards:
    """Calls that are to be made soon."""

    def __init__(self) -> None:
        self._calls: deque[Callable[[], None]] = deque()

    def soon(self, call: Callable[..., None], *arguments: object) -> None:
        """Make a call once the running request has been answered; at once where no loop runs (at start)."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            call(*arguments)
            return
        self._calls.append(partial(call, *arguments))
        loop.call_soon(self.catch_up)

    def catch_up(self) -> None:
        """Make the calls that are due. What they cause in turn is due next time."""
        for _ in range(len(self._calls)):
            call = self._calls.popleft()
            try:
                call()
            except Exception:
                _log.exception("a controller failed")
