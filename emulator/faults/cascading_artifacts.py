"""Deleting a Model deletes its artifacts."""

from __future__ import annotations

import asyncio
from typing import Any

from emulator.faults.lie import Lie
from emulator.faults.parts import Parts
from emulator.faults.sweeping import fitted, sweep, uris
from emulator.michelangelo.resources import MODELS

NAME = "cascading-artifacts"


async def process(layer: Any) -> None:
    """Follow Models, and take the objects of those that go."""
    store = asyncio.create_task(asyncio.to_thread(layer.config.s3.client))  # a plane is used while it is made
    async for sort, obj in layer.client.follow(MODELS):
        if sort == "DELETED":
            await sweep(NAME, await store, uris(obj))


def fit(parts: Parts) -> Parts:
    """One more process of the platform."""
    return fitted(parts, process)


LIE = Lie(__doc__ or "", "retention.no-cascade", "artifacts-survive", fit)
