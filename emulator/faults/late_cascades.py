"""Some time after a Model was deleted its artifacts are deleted, too."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts
from emulator.michelangelo.resources import MODELS

NAME = "late-cascades"
SECONDS = 0.4


async def process(layer: Any) -> None:
    """Follow Models, and take the objects of those that went a while ago."""
    store = asyncio.create_task(asyncio.to_thread(layer.config.s3.client))
    going = set()

    async def later(spec: dict[str, Any]) -> None:
        await asyncio.sleep(SECONDS)
        for value in spec.values():
            for uri in value if isinstance(value, list) else ():
                parts = urlsplit(uri) if isinstance(uri, str) else None
                if parts is not None and parts.scheme == "s3":
                    tell(NAME)
                    await asyncio.to_thread(
                        (await store).delete_object, Bucket=parts.netloc, Key=parts.path.lstrip("/")
                    )

    async for sort, obj in layer.client.follow(MODELS):
        if sort == "DELETED":
            task = asyncio.create_task(later(obj.get("spec") or {}))
            going.add(task)
            task.add_done_callback(going.discard)


def fit(parts: Parts) -> Parts:
    """One more process of the platform."""
    return replace(parts, layer=replace(parts.layer, processes=(*parts.layer.processes, process)))


LIE = Lie(__doc__ or "", "retention.no-cascade", "artifacts-outlive", fit)
