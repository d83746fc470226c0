"""Answers that go out together.

Whoever waits for an answer sleeps meanwhile, and to wake somebody is what costs most of a write to a socket: 20 to 30 us, the work of
half a GET. Requests that came together are therefore answered together, at the end of the loop's turn: who is awake need not be woken.
No answer waits for longer than the requests of that turn take, or a millisecond; who asks alone is answered at once.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

HELD_SECONDS = 0.001


class Sender(Protocol):
    """A connection with something to send."""

    def send_now(self) -> None:
        """Send it. Does not raise."""
        ...


class Outbox:
    """The connections of a server that have something to send."""

    def __init__(self) -> None:
        self._waiting: list[Sender] = []
        self._since = 0.0  # when the first of them came
        self._last: Sender | None = None

    def add(self, sender: Sender) -> None:
        """Have a connection send at the end of the loop's turn; at once if it was the last one, too: then there are no others."""
        alone, self._last = sender is self._last and not self._waiting, sender
        if alone:
            sender.send_now()
            return
        now = time.monotonic()
        if not self._waiting:
            self._since = now
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append(sender)
        if now - self._since > HELD_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Have them send."""
        waiting, self._waiting = self._waiting, []
        for sender in waiting:
            sender.send_now()
