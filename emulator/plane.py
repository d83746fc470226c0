"""The composition root: an API server, an object store and Michelangelo's layer, started together and stopped together."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from emulator import kubeconfig, seeding
from emulator.apiserver.apimachinery.users import AUTHENTICATED, MASTERS, UserInfo
from emulator.apiserver.assembly import Assembly
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.authn.token_file import TokenFile
from emulator.apiserver.server import HttpServer, bind, tls_context
from emulator.config import Config
from emulator.control import ControlDoor
from emulator.doors import Doors
from emulator.faults import fit
from emulator.faults.parts import Parts
from emulator.manager_log import logged
from emulator.michelangelo.client import Access
from emulator.michelangelo.layer import Layer, LayerConfig, S3Access
from emulator.objectstore.moto_child import MotoChild
from emulator.operations import Operations
from emulator.registrations import Registrations

READY_SECONDS = 30.0


class Plane:
    """A control plane with its doors open between ``__aenter__`` and ``__aexit__``."""

    def __init__(self, config: Config, folder: Path, started: float | None = None) -> None:
        self.config = config
        self.folder = folder
        self._started = time.monotonic() if started is None else started
        self._stack = AsyncExitStack()
        self._doors: Doors | None = None

    @property
    def doors(self) -> Doors:
        """Where the plane can be reached; only while it runs."""
        assert self._doors is not None, "the plane is not running"
        return self._doors

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
        kube_socket = _bind(config.host, config.kube_port, "--kube-port", "the Kubernetes API")
        self._stack.callback(kube_socket.close)
        store = MotoChild(
            host=config.host,
            port=config.s3_port,
            models_bucket=config.models_bucket,
            log_path=self.folder / "s3.log",
            access_log=self.folder / "s3-access.log",
            wrappers=parts.store_wrappers,
        )
        store.start()
        self._stack.callback(store.stop)
        clock = parts.apiserver.clock
        if config.clock_start:
            clock.set(instant(config.clock_start))
        authority = Authority.create()
        tokens = {name: secrets.token_urlsafe(24) for name in ("admin", "reader", "platform")}
        assembly = Assembly(parts.apiserver, authority, _users(config, tokens))
        hosts = [config.host] if config.host not in ("0.0.0.0", "::") else ["127.0.0.1", socket.gethostname()]
        server = HttpServer(assembly.application, kube_socket, tls_context(authority, hosts))
        await server.start()
        self._stack.push_async_callback(server.stop)
        address = f"https://{_reachable(config.host)}:{server.port}"
        assembly.advertise(address)
        path = config.kubeconfig or self.folder / "kubeconfig"
        people = {name: tokens[name] for name in ("admin", "reader")}
        kubeconfig.write(path, kubeconfig.document(address, authority.certificate_pem, people, "admin"))
        manager = store.identities["controller-manager"]
        layer = Layer(
            LayerConfig(
                access=Access(address, tokens["platform"], authority.certificate_pem),
                s3=S3Access(store.endpoint_url, manager.access_key_id, manager.secret_access_key, store.region),
                dialect=config.dialect,
                models_bucket=config.models_bucket,
                host=config.host,
                rpc_port=config.rpc_port,
                rpc_auth=config.rpc_auth,
                rpc_strict=not config.rpc_lenient,
                timings=config.timings,
                now=clock.now,
            ),
            parts.layer,
        )
        self._stack.push_async_callback(layer.stop)
        self._stack.enter_context(logged(self.folder))
        parts.apiserver.clock.listeners.append(layer.timers.moved)
        control = ControlDoor(secrets.token_urlsafe(24))
        control_address = await self._open_control(control)
        await asyncio.wait_for(layer.start(), READY_SECONDS)
        await asyncio.wait_for(asyncio.to_thread(store.wait_ready), READY_SECONDS)
        Operations(assembly, store, config.dialect, layer.quiet).offer(control)
        control.add(
            "register", Registrations(layer.client, store, config, self.folder, clock.now, parts.layer).register
        )
        if config.seed is not None:
            await seeding.apply(layer.client, config.seed)
            await asyncio.to_thread(seeding.upload, store.client(), config.seed)
        return Doors(
            kubeconfig=str(path.resolve()),
            kube_server=address,
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
            control=control_address,
            control_token=control.token,
            s3_identities={
                identity.name: {
                    "access_key_id": identity.access_key_id,
                    "secret_access_key": identity.secret_access_key,
                }
                for identity in (store.admin, *store.identities.values())
            },
        )

    async def _open_control(self, control: ControlDoor) -> str:
        """Open the control door, on this machine only; the answer is its address."""
        sock = _bind("127.0.0.1", self.config.control_port, "--control-port", "the control door")
        server = HttpServer(control, sock, None)
        await server.start()
        self._stack.push_async_callback(server.stop)
        return f"http://127.0.0.1:{server.port}"


def instant(text: str) -> datetime:
    """An instant. Raises ValueError, which says how one is written."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time: write 2026-01-31T12:00:00Z") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _users(config: Config, tokens: dict[str, str]) -> dict[str, UserInfo]:
    """Who holds which bearer token."""
    users = {
        tokens["admin"]: UserInfo("admin", "admin", (MASTERS, AUTHENTICATED)),
        tokens["reader"]: UserInfo("reader", "reader", (AUTHENTICATED,)),
        tokens["platform"]: UserInfo("system:michelangelo", "michelangelo", (MASTERS, AUTHENTICATED)),
    }
    if config.token_auth_file is not None:
        users |= TokenFile.load(config.token_auth_file).users
    return users


def _bind(host: str, port: int, flag: str, what: str) -> socket.socket:
    try:
        return bind(host, port)
    except OSError as error:
        raise OSError(
            f"cannot listen on {host}:{port} for {what}: {error.strerror}. Choose another with {flag} N, or {flag} 0 for a free one"
        ) from None


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
