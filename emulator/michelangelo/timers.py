"""Waiting by the plane's clock: it comes to an end when time has passed, or as soon as the clock is moved there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta


class Timer:
    """A call that is to be made at an instant."""

    def __init__(self, due: datetime, call: Callable[[], None]) -> None:
        self.due = due
        self.call = call
        self.handle: asyncio.TimerHandle | None = None


class Timers:
    """The pending calls of a layer. *now* is the plane's clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._pending: set[Timer] = set()

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call after so many seconds."""
        timer = Timer(self._now() + timedelta(seconds=seconds), call)
        self._pending.add(timer)
        self._arm(timer, seconds)
        return timer

    def cancel(self, timer: Timer) -> None:
        """Do not make a call."""
        self._pending.discard(timer)
        if timer.handle is not None:
            timer.handle.cancel()

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        ended = asyncio.Event()
        timer = self.after(seconds, ended.set)
        try:
            await ended.wait()
        finally:
            self.cancel(timer)

    def moved(self, by: timedelta) -> None:
        """The clock was moved: forward, what is due is called now; backward, waits are as long as they were."""
        now = self._now()
        for timer in list(self._pending):
            if by < timedelta():
                timer.due += by
            self._arm(timer, max((timer.due - now).total_seconds(), 0.0))

    def _arm(self, timer: Timer, seconds: float) -> None:
        if timer.handle is not None:
            timer.handle.cancel()
        timer.handle = asyncio.get_running_loop().call_later(seconds, self._fire, timer)

    def _fire(self, timer: Timer) -> None:
        self._pending.discard(timer)
        timer.call()
