"""The composition root: an API server, an object store and Michelangelo's layer, started together and stopped together."""

from __future__ import annotations

import asyncio
import importlib
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

from emulator.apiserver.server import HttpServer
from emulator.config import Config
from emulator.control import ControlDoor
from emulator.doors import Doors
from emulator.engines import choose
from emulator.faults import fit
from emulator.faults.parts import Parts
from emulator.manager_log import logged
from emulator.objectstore.endpoint import EndpointStore
from emulator.objectstore.interface import ObjectStore
from emulator.objectstore.moto_child import MotoChild
from emulator.sockets import listen

READY_SECONDS = 60.0
BEHIND = ("emulator.michelangelo.layer", "emulator.kubelet", "emulator.registrations", "emulator.seeding")
"""Rooms that the Kubernetes API does without."""


class Plane:
    """A control plane with its doors open between ``__aenter__`` and ``__aexit__``."""

    def __init__(self, config: Config, folder: Path, started: float | None = None) -> None:
        self.config = config
        self.folder = folder
        self._started = time.monotonic() if started is None else started
        self._stack = AsyncExitStack()
        self._doors: Doors | None = None
        self._lost: Callable[[], Awaitable[str]] | None = None

    @property
    def doors(self) -> Doors:
        """Where the plane can be reached; only while it runs."""
        assert self._doors is not None, "the plane is not running"
        return self._doors

    async def lost(self) -> str:
        """Return when what the plane stands on has ended by itself, with a sentence that says so; mostly never."""
        if self._lost is None:
            await asyncio.Event().wait()
        assert self._lost is not None, "nothing sets the event"
        return await self._lost()

    async def __aenter__(self) -> Plane:
        try:
            self._doors = await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _start(self) -> Doors:
        config = self.config
        parts = fit(config.faults, Parts())
        engine = choose.engine(config, self.folder, parts)
        self._stack.push_async_callback(engine.stop)
        engine.claim()
        store = self._store(parts)
        store.start()
        self._stack.callback(store.stop)
        cluster = await engine.start()
        self._lost = cluster.lost
        # The API door is open and answers; what stands behind the others is loaded meanwhile.
        await asyncio.to_thread(lambda: [importlib.import_module(room) for room in BEHIND])
        from emulator import seeding
        from emulator.kubelet import PlaneNode
        from emulator.michelangelo.layer import Layer, LayerConfig, S3Access
        from emulator.registrations import Registrations

        manager = store.identities["controller-manager"]
        layer = Layer(
            LayerConfig(
                access=cluster.access,
                s3=S3Access(
                    store.endpoint_url,
                    manager.access_key_id,
                    manager.secret_access_key,
                    store.region,
                    manager.session_token,
                ),
                dialect=config.dialect,
                models_bucket=config.models_bucket,
                host=config.host,
                rpc_port=config.rpc_port,
                rpc_auth=config.rpc_auth,
                rpc_strict=not config.rpc_lenient,
                timings=config.timings,
                workloads=cluster.workloads,
                now=engine.now,
            ),
            parts.layer,
        )
        self._stack.push_async_callback(layer.stop)
        self._stack.enter_context(logged(self.folder))
        control = ControlDoor(secrets.token_urlsafe(24))
        control_address = await self._open_control(control)
        await asyncio.wait_for(layer.start(), READY_SECONDS)
        if cluster.connect is not None:
            node = PlaneNode(cluster.access, store, config, engine.now, layer.timers.sleep)
            self._stack.push_async_callback(node.stop)
            await node.start()
            cluster.connect(node.kubelet.streams)
        await asyncio.wait_for(asyncio.to_thread(store.wait_ready), READY_SECONDS)
        engine.offer(control, store, layer)
        control.add(
            "register", Registrations(layer.client, store, config, self.folder, engine.now, parts.layer).register
        )
        if config.seed is not None:
            await seeding.apply(layer.client, config.seed)
            await asyncio.to_thread(seeding.upload, store.client(), config.seed)
        return Doors(
            kubeconfig=str(cluster.kubeconfig.resolve()),
            kube_server=cluster.access.server,
            s3_endpoint=store.endpoint_url,
            s3_access_key_id=store.admin.access_key_id,
            s3_secret_access_key=store.admin.secret_access_key,
            s3_region=store.region,
            models_bucket=config.models_bucket,
            rpc_address=layer.rpc_address,
            rpc_closed_because=layer.rpc_closed_because,
            triton_address=layer.triton_address,
            dialect=config.dialect,
            pid=os.getpid(),
            started_in_seconds=round(time.monotonic() - self._started, 3),
            folder=str(self.folder.resolve()),
            artifact_layout=config.artifact_layout,
            timings=config.timings,
            control=control_address,
            control_token=control.token,
            s3_identities={
                identity.name: {
                    "access_key_id": identity.access_key_id,
                    "secret_access_key": identity.secret_access_key,
                }
                for identity in (store.admin, *store.identities.values())
            },
            s3_session_token=store.admin.session_token,
            api=config.api,
            object_store=config.object_store,
            contexts=cluster.contexts,
            notes=tuple(note for note in (store.note, cluster.note) if note),
        )

    def _store(self, parts: Parts) -> ObjectStore:
        config = self.config
        if config.object_store != "moto":
            if parts.store_wrappers:
                raise ValueError("a --fault that lies in the object store needs --object-store moto")
            return EndpointStore(config.object_store, config.models_bucket)
        return MotoChild(
            host=config.host,
            port=config.s3_port,
            models_bucket=config.models_bucket,
            log_path=self.folder / "s3.log",
            access_log=self.folder / "s3-access.log",
            wrappers=parts.store_wrappers,
        )

    async def _open_control(self, control: ControlDoor) -> str:
        """Open the control door, on this machine only; the answer is its address."""
        sock = listen("127.0.0.1", self.config.control_port, "--control-port", "the control door")
        server = HttpServer(control, sock, None)
        await server.start()
        self._stack.push_async_callback(server.stop)
        return f"http://127.0.0.1:{server.port}"
