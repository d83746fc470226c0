"""Deleting a Model deletes its artifacts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts
from emulator.michelangelo.resources import MODELS

NAME = "cascading-artifacts"


async def process(layer: Any) -> None:
    """Follow Models, and take the objects of those that go."""
    store = await asyncio.to_thread(layer.config.s3.client)
    async for sort, obj in layer.client.follow(MODELS):
        if sort != "DELETED":
            continue
        spec = obj.get("spec") or {}
        for value in spec.values():
            for uri in value if isinstance(value, list) else ():
                parts = urlsplit(uri) if isinstance(uri, str) else None
                if parts is not None and parts.scheme == "s3":
                    tell(NAME)
                    await asyncio.to_thread(store.delete_object, Bucket=parts.netloc, Key=parts.path.lstrip("/"))


def fit(parts: Parts) -> Parts:
    """One more process of the platform."""
    return replace(parts, layer=replace(parts.layer, processes=(*parts.layer.processes, process)))


LIE = Lie(__doc__ or "", "retention.no-cascade", "artifacts-survive", fit)
