"""Michelangelo on top of some Kubernetes API server and some object store: CRDs, controllers, registration, gRPC."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from emulator.michelangelo.client import Access, KubeClient
from emulator.michelangelo.install import install
from emulator.michelangelo.seams import LayerSeams


@dataclass(frozen=True, slots=True)
class S3Access:
    """An S3 endpoint, and keys for it."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str
    region: str


@dataclass(frozen=True, slots=True)
class LayerConfig:
    """What the layer stands on. ``rpc_port`` None opens no gRPC door, 0 picks a free port."""

    access: Access
    s3: S3Access
    dialect: str
    models_bucket: str
    host: str = "127.0.0.1"
    rpc_port: int | None = None


class Layer:
    """The platform's own processes, in one: between ``start`` and ``stop``."""

    def __init__(self, config: LayerConfig, seams: LayerSeams) -> None:
        self.config = config
        self.seams = seams
        self.client = KubeClient(config.access)
        self.rpc_address = ""
        self.rpc_closed_because = ""
        self._rpc: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Install the CRDs, then start controllers and doors. Raises ApiError, TimeoutError, OSError."""
        await asyncio.gather(install(self.client, self.config.dialect), self._open_rpc())

    async def _open_rpc(self) -> None:
        """Open the gRPC door; without the platform's package only this door stays closed."""
        if self.config.rpc_port is None:
            self.rpc_closed_because = "not asked for"
            return
        try:
            server = await asyncio.to_thread(_rpc_module)
            self._rpc = server.RpcServer(self.client, self.config.dialect)
            await self._rpc.start(self.config.host, self.config.rpc_port)
        except ModuleNotFoundError as error:
            self.rpc_closed_because = f"{error.name} is missing: pip install 'michelangelo-emulator[ma]'"
            return
        self.rpc_address = self._rpc.address

    async def stop(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        if self._rpc is not None:
            await self._rpc.stop()
        await self.client.close()


def _rpc_module() -> Any:
    """The gRPC room, imported when its door opens: protobuf and grpc take a while. Raises ModuleNotFoundError."""
    return importlib.import_module("emulator.michelangelo.rpc.server")
