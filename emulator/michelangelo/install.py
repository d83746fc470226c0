"""Puts Michelangelo's CRDs on a cluster, as its API server does when it starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from emulator.michelangelo.client import ApiError, KubeClient, Object
from emulator.michelangelo.crds import documents
from emulator.michelangelo.resources import DEFINITIONS

ESTABLISHED_SECONDS = 30.0
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.01, 0.5


async def install(
    client: KubeClient, dialect: str, change: Callable[[list[Object]], list[Object]] = lambda crds: crds
) -> None:
    """Create what is missing, replace what differs, and wait until all are established. Raises ApiError, TimeoutError."""
    crds = change(documents(dialect))
    await asyncio.gather(*(_put(client, crd) for crd in crds), *(_add(client, crd) for crd in documents("gateway")))
    names = {crd["metadata"]["name"] for crd in crds}
    wait = POLL_SECONDS
    async with asyncio.timeout(ESTABLISHED_SECONDS):
        while True:
            listed = await client.list(DEFINITIONS)
            ready = {item["metadata"]["name"] for item in listed["items"] if _established(item)}
            if names <= ready:
                return
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_POLL_SECONDS)


async def _put(client: KubeClient, crd: Object) -> None:
    try:
        await client.create(DEFINITIONS, crd)
    except ApiError as error:
        if error.reason != "AlreadyExists":
            raise
        present = await client.get(DEFINITIONS, "", crd["metadata"]["name"])
        if present["spec"]["versions"] != crd["spec"]["versions"]:
            meta = {"name": crd["metadata"]["name"], "resourceVersion": present["metadata"]["resourceVersion"]}
            await client.update(DEFINITIONS, {**crd, "metadata": {**present["metadata"], **meta}})


async def _add(client: KubeClient, crd: Object) -> None:
    """Create a definition that is somebody else's, where it is missing."""
    try:
        await client.create(DEFINITIONS, crd)
    except ApiError as error:
        if error.reason != "AlreadyExists":
            raise


def _established(crd: Object) -> bool:
    conditions = (crd.get("status") or {}).get("conditions") or []
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)
