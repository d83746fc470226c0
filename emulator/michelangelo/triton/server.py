"""Triton's HTTP API for every InferenceServer, each beneath ``/NAMESPACE/SERVER`` (KServe v2 protocol, repository extension)."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from emulator.michelangelo.client import KubeClient
from emulator.michelangelo.controllers.serving_objects import triton_name
from emulator.michelangelo.resources import APPS_DEPLOYMENTS
from emulator.michelangelo.triton.fleet import READY, Fleet, Model

VERSION = "2.33.0"  # of release 23.04


class TritonServer:
    """The HTTP door of the emulated Tritons."""

    def __init__(self, client: KubeClient, fleet: Fleet) -> None:
        self._client = client
        self._fleet = fleet
        self._server: asyncio.Server | None = None
        self._state = ServerState()
        self.address = ""

    async def start(self, host: str, port: int = 0) -> None:
        """Open the door. Raises OSError."""
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        config = uvicorn.Config(
            self._answer,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            interface="asgi3",
        )
        config.load()

        def protocol() -> HttpToolsProtocol:
            return HttpToolsProtocol(config=config, server_state=self._state, app_state={})

        # Not uvicorn's own server: it looks at the clock ten times a second, and once more before it ends.
        self._server = await asyncio.get_running_loop().create_server(protocol, host, port)
        found = self._server.sockets[0].getsockname()[1]
        self.address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{found}"

    async def stop(self) -> None:
        """Close the door."""
        if self._server is not None:
            self._server.close()
            for connection in list(self._state.connections):
                connection.shutdown()

    def url(self, namespace: str, server: str) -> str:
        """Where a server answers."""
        return f"{self.address}/{namespace}/{server}"

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        parts = [part for part in scope["path"].split("/") if part]
        status, body = 404, {"error": "unknown path: known are /NAMESPACE/SERVER/v2/..."}
        if len(parts) >= 3 and parts[2] == "v2":
            status, body = await self._route(scope["method"], parts[0], parts[1], parts[3:])
        data = json.dumps(body).encode() if body is not None else b""
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data})

    async def _route(self, method: str, namespace: str, server: str, rest: list[str]) -> tuple[int, Any]:
        models = self._fleet.models(namespace, server)
        up = await self._available(namespace, server)
        match method, rest:
            case "GET", []:
                return (
                    (200, {"name": "triton", "version": VERSION, "extensions": ["model_repository"]}) if up else _down()
                )
            case "GET", ["health", "live" | "ready"]:
                return (200, None) if up else (400, None)
            case _ if not up:
                return _down()
            case "GET", ["models", name, "ready"]:
                return (200, None) if self._fleet.ready(namespace, server, name) else (400, None)
            case "GET", ["models", name]:
                found = self._fleet.model(namespace, server, name)
                return _metadata(found) if found is not None and found.state == READY else _unknown(name)
            case "GET", ["models", name, "versions", version, "ready"]:
                found = self._fleet.model(namespace, server, name)
                ready = found is not None and found.state == READY and version in found.versions
                return (200, None) if ready else (400, None)
            case "POST", ["models", _, "infer"]:
                return 501, {"error": "this emulated Triton loads models but does not run them"}
            case "POST", ["repository", "index"]:
                return 200, [_indexed(model) for model in models or ()]
            case "POST", ["repository", "models", name, "load"]:
                loaded = await self._fleet.load(namespace, server, name)
                if loaded is not None and loaded.state == READY:
                    return 200, None
                why = loaded.reason if loaded is not None else "not found in the model list"
                return 400, {"error": f"failed to load '{name}', {why}"}
            case "POST", ["repository", "models", name, "unload"]:
                return (200, None) if self._fleet.unload(namespace, server, name) else _unknown(name)
            case _:
                return 404, {"error": "not supported by this emulated Triton"}

    async def _available(self, namespace: str, server: str) -> bool:
        deployment = await self._client.find(APPS_DEPLOYMENTS, namespace, triton_name(server))
        return bool(((deployment or {}).get("status") or {}).get("readyReplicas"))


def _down() -> tuple[int, Any]:
    return 503, {"error": "the server is not available"}


def _unknown(name: str) -> tuple[int, Any]:
    return 400, {"error": f"Request for unknown model: '{name}' is not found"}


def _metadata(model: Model) -> tuple[int, Any]:
    return 200, {"name": model.name, "versions": model.versions, "platform": model.engine, "inputs": [], "outputs": []}


def _indexed(model: Model) -> dict[str, str]:
    shown = {"name": model.name, "state": model.state}
    if model.versions:
        shown["version"] = model.versions[-1]
    if model.reason:
        shown["reason"] = model.reason
    return shown
