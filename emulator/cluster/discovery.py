"""Which resources an API server serves: aggregated discovery, in two requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

from emulator.michelangelo.client import KubeClient, Object, Resource

ACCEPT = {"Accept": "application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList"}


class Served(NamedTuple):
    """A resource in the version that its group prefers, of those that have it."""

    resource: Resource
    kind: str
    namespaced: bool
    verbs: frozenset[str]


async def served(client: KubeClient) -> list[Served]:
    """Every resource once. Raises ApiError."""
    legacy, groups = await asyncio.gather(
        client.request("GET", "/api", headers=ACCEPT), client.request("GET", "/apis", headers=ACCEPT)
    )
    found: dict[tuple[str, str], Served] = {}
    for document in (legacy, groups):
        for item in _resources(document):
            found.setdefault((item.resource.group, item.resource.plural), item)
    return list(found.values())


def _resources(document: Object) -> Iterator[Served]:
    for group in document.get("items") or ():
        name = (group.get("metadata") or {}).get("name") or ""
        for version in group.get("versions") or ():
            for each in version.get("resources") or ():
                kind = (each.get("responseKind") or {}).get("kind") or ""
                resource = Resource(name, version["version"], each["resource"])
                yield Served(resource, kind, each["scope"] == "Namespaced", frozenset(each.get("verbs") or ()))
