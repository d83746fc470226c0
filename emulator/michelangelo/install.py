"""Puts Michelangelo's CRDs on a cluster, as its API server does when it starts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.crds import documents
from emulator.michelangelo.resources import DEFINITIONS

ESTABLISHED_SECONDS = 30.0
DISCOVERED_SECONDS = 10.0
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.01, 0.5
GROUPS = {"Accept": "application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList,application/json"}


async def install(
    client: KubeClient, dialect: str, change: Callable[[list[Object]], list[Object]] = lambda crds: crds
) -> None:
    """Create what is missing, replace what differs, and wait until all are served. Raises ApiError, TimeoutError."""
    crds, others = change(documents(dialect)), documents("gateway")
    await asyncio.gather(*(_put(client, crd) for crd in crds), *(_add(client, crd) for crd in others))
    await _established(client, {crd["metadata"]["name"] for crd in crds})
    await _discovered(client, [resource for crd in crds for resource in _resources(crd)])


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


async def _established(client: KubeClient, names: set[str]) -> None:
    """Return once all are established, and lists of them answered: the one can be a moment before the other. Raises TimeoutError."""
    wait = POLL_SECONDS
    async with asyncio.timeout(ESTABLISHED_SECONDS):
        while True:
            listed = await client.list(DEFINITIONS)
            there = [item for item in listed["items"] if item["metadata"]["name"] in names and _ready(item)]
            if len(there) == len(names) and await _listed(client, there):
                return
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_POLL_SECONDS)


def _ready(crd: Object) -> bool:
    conditions = (crd.get("status") or {}).get("conditions") or []
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)


async def _listed(client: KubeClient, crds: list[Object]) -> bool:
    try:
        await asyncio.gather(*(client.list(resource, limit="1") for crd in crds for resource in _resources(crd)))
    except ApiError as error:
        if error.code in (404, 429):  # 429: its storage is being initialized, which the first request begins
            return False
        raise
    return True


async def _discovered(client: KubeClient, resources: list[Resource]) -> None:
    """Wait a while for what kubectl asks first: a real API server's discovery and OpenAPI follow what it serves within seconds."""
    wait = POLL_SECONDS
    deadline = time.monotonic() + DISCOVERED_SECONDS
    while not await _told(client, resources) and time.monotonic() < deadline:
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_POLL_SECONDS)


async def _told(client: KubeClient, resources: list[Resource]) -> bool:
    try:
        groups, openapi = await asyncio.gather(
            client.request("GET", "/apis", headers=GROUPS), client.request("GET", "/openapi/v3")
        )
    except ApiError:
        return False
    paths = openapi.get("paths") or {}
    if not all(f"apis/{resource.group}/{resource.version}" in paths for resource in resources):
        return False
    if groups.get("kind") != "APIGroupDiscoveryList":
        return True  # an API server that tells of groups alone
    told = {
        Resource(group["metadata"]["name"], version["version"], one["resource"])
        for group in groups.get("items") or ()
        for version in group.get("versions") or ()
        for one in version.get("resources") or ()
    }
    return told.issuperset(resources)


def _resources(crd: Object) -> list[Resource]:
    spec = crd["spec"]
    served = [version["name"] for version in spec["versions"] if version["served"]]
    return [Resource(spec["group"], name, spec["names"]["plural"]) for name in served]
