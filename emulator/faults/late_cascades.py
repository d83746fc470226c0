"""Some time after a Model was deleted its artifacts are deleted, too."""

from __future__ import annotations

import asyncio
from typing import Any

from emulator.faults.lie import Lie
from emulator.faults.parts import Parts
from emulator.faults.sweeping import fitted, sweep, uris
from emulator.michelangelo.resources import MODELS

NAME = "late-cascades"
SECONDS = 0.4


async def process(layer: Any) -> None:
    """Follow Models, and take the objects of those that went a while ago."""
    store = asyncio.create_task(asyncio.to_thread(layer.config.s3.client))
    going = set()

    async def later(found: set[str]) -> None:
        await asyncio.sleep(SECONDS)
        await sweep(NAME, await store, found)

    async for sort, obj in layer.client.follow(MODELS):
        if sort == "DELETED":
            task = asyncio.create_task(later(uris(obj)))
            going.add(task)
            task.add_done_callback(going.discard)


def fit(parts: Parts) -> Parts:
    """One more process of the platform."""
    return fitted(parts, process)


LIE = Lie(__doc__ or "", "retention.no-cascade", "artifacts-outlive", fit)
