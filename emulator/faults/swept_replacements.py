"""When a Model names other artifacts than before, those that it named are deleted."""

from __future__ import annotations

import asyncio
from typing import Any

from emulator.faults.lie import Lie
from emulator.faults.parts import Parts
from emulator.faults.sweeping import fitted, sweep, uris
from emulator.michelangelo.resources import MODELS

NAME = "swept-replacements"


async def process(layer: Any) -> None:
    """Follow Models, and take the objects that one names no more."""
    store = asyncio.create_task(asyncio.to_thread(layer.config.s3.client))  # a plane is used while it is made
    named: dict[str, set[str]] = {}
    async for sort, obj in layer.client.follow(MODELS):
        for model in obj["items"] if sort == "SYNC" else [obj]:
            uid = model["metadata"]["uid"]
            before, named[uid] = named.get(uid, set()), uris(model)
            if sort != "DELETED":
                await sweep(NAME, await store, before - named[uid])


def fit(parts: Parts) -> Parts:
    """One more process of the platform."""
    return fitted(parts, process)


LIE = Lie(__doc__ or "", "retention.no-cascade", "artifacts-outlive", fit)
