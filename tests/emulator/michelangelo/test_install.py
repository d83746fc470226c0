"""Definitions are installed when what they define is served and told of, not when they say so."""

from __future__ import annotations

import asyncio
from collections import Counter

from emulator.apiserver.apimachinery.users import AUTHENTICATED, MASTERS, UserInfo
from emulator.apiserver.assembly import Assembly
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.seams import Seams
from emulator.apiserver.server import HttpServer, bind, tls_context
from emulator.michelangelo.client import Access, ApiError, KubeClient
from emulator.michelangelo.install import install

MODELS = "/apis/michelangelo.api/v2/models"
LATE = {MODELS: 3, "/apis": 2, "/openapi/v3": 2}  # how often each is not yet as it will be


class Late(KubeClient):
    """At an API server whose parts learn of a definition one after the other, as kube-apiserver's do."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self.asked: Counter[str] = Counter()

    async def request(self, method, path, *words, **named):
        answer = None
        if method == "GET" and path in LATE:
            self.asked[path] += 1
            if self.asked[path] <= LATE[path]:
                if path == MODELS:
                    raise ApiError({"reason": "NotFound"}, 404)
                answer = {"kind": "APIGroupDiscoveryList", "items": [], "paths": {}}
        return answer or await super().request(method, path, *words, **named)


def test_it_waits_until_the_definitions_are_served_and_discovered():
    """A controller that lists at once, and a kubectl that asks discovery first, find them."""

    async def run() -> Counter[str]:
        authority = Authority.create()
        users = {"token": UserInfo("platform", "platform", (MASTERS, AUTHENTICATED))}
        assembly = Assembly(Seams(), authority, users)
        server = HttpServer(assembly.application, bind("127.0.0.1", 0), tls_context(authority, ["127.0.0.1"]))
        await server.start()
        client = Late(Access(f"https://127.0.0.1:{server.port}", "token", authority.certificate_pem))
        try:
            await install(client, "guide")
        finally:
            await client.close()
            await server.stop()
        return client.asked

    asked = asyncio.run(run())
    assert all(asked[path] > times for path, times in LATE.items()), asked
