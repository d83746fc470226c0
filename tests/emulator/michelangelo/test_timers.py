"""Waiting by a clock that can be moved."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from emulator.apiserver.clock import Clock
from emulator.michelangelo.timers import Timers


def moving(body):
    """Run a body with a clock and the timers that follow it."""

    async def run():
        clock = Clock()
        timers = Timers(clock.now)
        clock.listeners.append(timers.moved)
        return await body(clock, timers)

    return asyncio.run(run())


def test_what_is_due_is_called_when_the_clock_is_moved():
    """A wait of a day ends with an advance of two; a wait of a week does not."""

    async def body(clock, timers):
        called = []
        timers.after(86400, lambda: called.append("day"))
        timers.after(7 * 86400, lambda: called.append("week"))
        sleeper = asyncio.create_task(timers.sleep(3600))
        await asyncio.sleep(0)
        clock.advance(timedelta(days=2))
        await asyncio.wait_for(sleeper, 5)
        await asyncio.sleep(0.01)
        assert called == ["day"]
        clock.advance(timedelta(days=6))
        await asyncio.sleep(0.01)
        assert called == ["day", "week"]

    moving(body)


def test_a_clock_that_is_set_back_makes_no_wait_longer():
    """Back by a year, a short wait is still short; what was cancelled is not called."""

    async def body(clock, timers):
        called = []
        timers.cancel(timers.after(0.01, lambda: called.append("cancelled")))
        timers.after(0.02, lambda: called.append("called"))
        clock.set(datetime.now(UTC) - timedelta(days=365))
        await asyncio.sleep(0.1)
        assert called == ["called"]

    moving(body)
