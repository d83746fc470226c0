"""What lies that delete artifacts have in common: one more process of the platform, with the store in its hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from emulator.faults.lie import tell
from emulator.faults.parts import Parts

Process = Callable[[Any], Coroutine[Any, Any, None]]


def uris(model: dict[str, Any]) -> set[str]:
    """The objects of the store that a Model names."""
    values = [value for value in (model.get("spec") or {}).values() if isinstance(value, list)]
    return {uri for value in values for uri in value if isinstance(uri, str) and uri.startswith("s3://")}


async def sweep(name: str, store: Any, found: set[str]) -> None:
    """Delete objects, as the lie *name*. ``store`` is a boto3 client."""
    for uri in sorted(found):
        parts = urlsplit(uri)
        tell(name)
        await asyncio.to_thread(store.delete_object, Bucket=parts.netloc, Key=parts.path.lstrip("/"))


def fitted(parts: Parts, process: Process) -> Parts:
    """The parts with one more process of the platform."""
    return replace(parts, layer=replace(parts.layer, processes=(*parts.layer.processes, process)))
