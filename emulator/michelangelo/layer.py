"""Michelangelo on top of some Kubernetes API server and some object store: CRDs, controllers, registration, gRPC."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emulator.michelangelo.client import Access, KubeClient
from emulator.michelangelo.controllers.serving import Serving
from emulator.michelangelo.install import install
from emulator.michelangelo.seams import LayerSeams
from emulator.michelangelo.spelling import SPELLINGS
from emulator.michelangelo.timers import Timers

RPC_USER_AGENT = "michelangelo-apiserver/0.1"  # what gRPC writes is the API server's in managedFields


@dataclass(frozen=True, slots=True)
class S3Access:
    """An S3 endpoint, and keys for it."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str
    region: str
    session_token: str = ""

    def client(self) -> Any:
        """A boto3 client."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            aws_session_token=self.session_token or None,
        )


@dataclass(frozen=True, slots=True)
class LayerConfig:
    """What the layer stands on. ``rpc_port`` None opens no gRPC door, 0 picks a free port."""

    access: Access
    s3: S3Access
    dialect: str
    models_bucket: str
    host: str = "127.0.0.1"
    rpc_port: int | None = None
    rpc_auth: bool = False  # gRPC calls act as who their bearer token says, not as the platform
    rpc_strict: bool = True  # gRPC calls need the platform's metadata and a deadline
    timings: str = "fast"
    workloads: bool = True  # stand in for the cluster's own controllers and kubelets
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Layer:
    """The platform's own processes, in one: between ``start`` and ``stop``."""

    def __init__(self, config: LayerConfig, seams: LayerSeams) -> None:
        self.config = config
        self.seams = seams
        self.client = KubeClient(config.access)
        self.rpc_address = ""
        self.rpc_closed_because = ""
        self.triton_address = ""
        self.timers = Timers(config.now)
        self.serving = Serving(
            self.client,
            config.s3.client,
            SPELLINGS[config.dialect],
            seams,
            config.timings,
            self.timers,
            config.now,
            workloads=config.workloads,
        )
        self._rpc: Any = None
        self._rpc_client: KubeClient | None = None
        self._processes: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Install the CRDs, then start controllers and doors. Raises ApiError, TimeoutError, OSError."""
        await asyncio.gather(install(self.client, self.config.dialect, self.seams.crds), self._open_rpc())
        await self.serving.start(self.config.host)
        self.triton_address = self.serving.triton.address
        self._processes = [asyncio.create_task(process(self)) for process in self.seams.processes]

    async def _open_rpc(self) -> None:
        """Open the gRPC door; without the platform's package only this door stays closed."""
        if self.config.rpc_port is None:
            self.rpc_closed_because = "not asked for"
            return
        try:
            server = await asyncio.to_thread(_rpc_module)
            rules = server.Rules(strict=self.config.rpc_strict, auth=self.config.rpc_auth)
            self._rpc_client = KubeClient(self.config.access, RPC_USER_AGENT)
            known = server.services(self._rpc_client, self.config.dialect, self.config.now)
            self._rpc = server.RpcServer([self.seams.service(service) for service in known], rules)
            await self._rpc.start(self.config.host, self.config.rpc_port)
        except ModuleNotFoundError as error:
            self.rpc_closed_because = f"{error.name} is missing: pip install 'michelangelo-emulator[ma]'"
            return
        self.rpc_address = self._rpc.address

    async def quiet(self, seconds: float) -> None:
        """Return when no controller is at work, or after so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.serving.quiet(), seconds)

    async def stop(self) -> None:
        """End everything."""
        for task in self._processes:
            task.cancel()
        await self.serving.stop()
        if self._rpc is not None:
            await self._rpc.stop()
        if self._rpc_client is not None:
            await self._rpc_client.close()
        await self.client.close()


def _rpc_module() -> Any:
    """The gRPC room, imported when its door opens: protobuf and grpc take a while. Raises ModuleNotFoundError."""
    return importlib.import_module("emulator.michelangelo.rpc.server")
