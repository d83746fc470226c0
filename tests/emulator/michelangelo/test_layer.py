"""The layer on an API server that is none of its own, and that comes and goes."""

from __future__ import annotations

import asyncio

from emulator.apiserver.apimachinery.users import AUTHENTICATED, MASTERS, UserInfo
from emulator.apiserver.assembly import Assembly
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.seams import Seams
from emulator.apiserver.server import HttpServer, bind, tls_context
from emulator.michelangelo.client import Access
from emulator.michelangelo.layer import Layer, LayerConfig, S3Access
from emulator.michelangelo.resources import APPS_DEPLOYMENTS, INFERENCE_SERVERS
from emulator.michelangelo.seams import LayerSeams

SERVING = "INFERENCE_SERVER_STATE_SERVING"
NO_STORE = S3Access("http://127.0.0.1:9", "id", "secret", "us-east-1")


def layered(body, **options):
    """Run a body with a layer, and with functions that open and close the API server it stands on."""

    async def run() -> None:
        authority = Authority.create()
        users = {"token": UserInfo("platform", "platform", (MASTERS, AUTHENTICATED))}
        assembly = Assembly(Seams(), authority, users)
        port = 0

        async def open_door() -> HttpServer:
            server = HttpServer(assembly.application, bind("127.0.0.1", port), tls_context(authority, ["127.0.0.1"]))
            await server.start()
            return server

        server = await open_door()
        port = server.port
        access = Access(f"https://127.0.0.1:{port}", "token", authority.certificate_pem)
        layer = Layer(LayerConfig(access, NO_STORE, "guide", "models", **options), LayerSeams())
        await layer.start()
        try:
            server = await body(layer, server, open_door)
        finally:
            await layer.stop()
            await server.stop()

    asyncio.run(run())


def inference_server(name: str) -> dict:
    meta = {"name": name, "namespace": "default"}
    spec = {"backendType": "BACKEND_TYPE_TRITON", "initSpec": {"resourceSpec": {"cpu": 1}}}
    return {"apiVersion": "michelangelo.api/v2", "kind": "InferenceServer", "metadata": meta, "spec": spec}


async def state(layer: Layer, name: str, wanted: str) -> str:
    """The state of a server, waited for."""
    for _ in range(400):
        found = (await layer.client.get(INFERENCE_SERVERS, "default", name)).get("status", {}).get("state")
        if found == wanted:
            break
        await asyncio.sleep(0.025)
    return str(found)


def test_controllers_find_back_to_a_server_that_was_away():
    """The API server goes and comes back on the same port: what is created then is served, too."""

    async def body(layer, server, open_door):
        await layer.client.create(INFERENCE_SERVERS, inference_server("before"))
        assert await state(layer, "before", SERVING) == SERVING
        await server.stop()
        await asyncio.sleep(0.2)
        server = await open_door()
        await layer.client.create(INFERENCE_SERVERS, inference_server("after"))
        assert await state(layer, "after", SERVING) == SERVING
        return server

    layered(body)


def test_on_a_real_cluster_its_own_controllers_run_triton():
    """With workloads left to the cluster, Triton is Available when the cluster says so, and the server serves then."""

    async def body(layer, server, open_door):
        await layer.client.create(INFERENCE_SERVERS, inference_server("s"))
        assert await state(layer, "s", "INFERENCE_SERVER_STATE_FAILED") == "INFERENCE_SERVER_STATE_FAILED"
        triton = await layer.client.get(APPS_DEPLOYMENTS, "default", "triton-s")
        assert not (triton.get("status") or {}).get("conditions"), "nobody but the cluster says how its Pods are"
        condition = {"type": "Available", "status": "True"}
        status = {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "conditions": [condition]}
        await layer.client.update(APPS_DEPLOYMENTS, {**triton, "status": status}, "status")
        assert await state(layer, "s", SERVING) == SERVING
        return server

    layered(body, workloads=False)
