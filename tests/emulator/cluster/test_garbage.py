"""The garbage collector where its watches begin later than what they would have told."""

from __future__ import annotations

import asyncio
from collections import Counter

from emulator.cluster.discovery import Served
from emulator.cluster.garbage import Garbage
from emulator.cluster.graph import Node
from emulator.michelangelo.client import Resource
from emulator.michelangelo.controllers.controller import Key
from emulator.michelangelo.resources import CONFIG_MAPS, DEFINITIONS

MODELS = Resource("michelangelo.api", "v2", "models")
REFERENCE = {"apiVersion": "michelangelo.api/v2", "kind": "Model", "name": "owner", "uid": "1"}
OWNED = {
    "metadata": {"uid": "2", "name": "owned", "namespace": "n", "resourceVersion": "7", "ownerReferences": [REFERENCE]}
}


class Client:
    """An API server with one owner and what it owns, whose definitions are there before anybody watches them."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.again = asyncio.Event()

    async def find(self, resource: Resource, namespace: str, name: str) -> dict:
        return OWNED

    async def request(self, method: str, path: str, *_: object, **__: object) -> dict:
        self.asked[path] += 1
        if self.asked["/apis"] > 1:
            self.again.set()
        if path.endswith("/owner"):
            return {"metadata": {"uid": "1"}}
        verbs = ["delete", "list", "watch"]
        resource = {"resource": "customresourcedefinitions", "scope": "Cluster", "verbs": verbs}
        version = {"version": "v1", "resources": [resource]}
        return {"items": [{"metadata": {"name": "apiextensions.k8s.io"}, "versions": [version]}]}

    async def follow(self, resource: Resource, **_: object):
        assert resource == DEFINITIONS
        yield "SYNC", {"items": [{"metadata": {"uid": "3", "name": "models.michelangelo.api"}}]}
        await asyncio.Event().wait()


def test_an_owner_that_is_not_seen_yet_is_asked_for_again() -> None:
    """Nobody would tell that it goes; one that is seen is waited for."""
    garbage = Garbage(Client())
    garbage._resources = {("michelangelo.api", "Model"): Served(MODELS, "Model", True, frozenset())}
    garbage._graph.put(Node.of(CONFIG_MAPS, OWNED))
    verdict = asyncio.run(garbage.reconcile(Key("", "2")))
    assert verdict is not None and not verdict.satisfied
    garbage._graph.put(Node.of(MODELS, {"metadata": {"uid": "1", "name": "owner", "namespace": "n"}}))
    assert asyncio.run(garbage.reconcile(Key("", "2"))) is None


def test_definitions_that_were_there_first_are_looked_for() -> None:
    """Not half a minute later: discovery is asked again once they are listed."""

    async def run() -> None:
        client = Client()
        task = asyncio.create_task(Garbage(client).run())
        async with asyncio.timeout(20):
            await client.again.wait()
        task.cancel()

    asyncio.run(run())
