"""``--api memory``: our own API server, in this process."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from emulator import kubeconfig
from emulator.apiserver.assembly import Assembly
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.seams import Seams
from emulator.apiserver.server import HttpServer, tls_context
from emulator.config import Config, instant
from emulator.control import ControlDoor
from emulator.engines import people
from emulator.engines.interface import Cluster
from emulator.michelangelo.access import Access
from emulator.objectstore.interface import ObjectStore
from emulator.sockets import listen, reachable

if TYPE_CHECKING:
    from emulator.michelangelo.layer import Layer


class MemoryEngine:
    """The only engine whose clock moves, whose state can be saved, and that lies can be fitted to."""

    name = "memory"

    def __init__(self, config: Config, folder: Path, seams: Seams) -> None:
        self._config = config
        self._folder = folder
        self._seams = seams
        self._socket: socket.socket | None = None
        self._server: HttpServer | None = None
        self._assembly: Assembly | None = None

    def claim(self) -> None:
        """Take the port, and set the clock. Raises OSError, ValueError."""
        self._socket = listen(self._config.host, self._config.kube_port, "--kube-port", "the Kubernetes API")
        if self._config.clock_start:
            self._seams.clock.set(instant(self._config.clock_start))

    async def start(self) -> Cluster:
        """Put the API server together and open its door."""
        assert self._socket is not None, "claimed"
        host = self._config.host
        authority = Authority.create()
        tokens = people.tokens()
        self._assembly = Assembly(self._seams, authority, people.users(tokens, self._config.token_auth_file))
        hosts = [host] if host not in ("0.0.0.0", "::") else ["127.0.0.1", socket.gethostname()]
        self._server = HttpServer(self._assembly.application, self._socket, tls_context(authority, hosts))
        await self._server.start()
        address = f"https://{reachable(host)}:{self._server.port}"
        self._assembly.advertise(address)
        path = self._config.kubeconfig or self._folder / "kubeconfig"
        known = {name: tokens[name] for name in people.PEOPLE}
        document = kubeconfig.document(address, authority.certificate_pem, known, "admin")
        await asyncio.to_thread(kubeconfig.write, path, document)  # the door is open: somebody may be asking
        access = Access(address, tokens["platform"], authority.certificate_pem)
        return Cluster(access, path, people.PEOPLE, workloads=True, connect=self._assembly.nodes.connect)

    async def stop(self) -> None:
        """Close the door."""
        if self._server is not None:
            await self._server.stop()
        if self._socket is not None:
            self._socket.close()

    def now(self) -> datetime:
        """The plane's own time."""
        return self._seams.clock.now()

    def offer(self, control: ControlDoor, store: ObjectStore, layer: Layer) -> None:
        """The clock, ``reset`` and snapshots, from what the plane holds now."""
        from emulator.operations import Operations

        assert self._assembly is not None, "started"
        self._seams.clock.listeners.append(layer.timers.moved)
        Operations(self._assembly, store, self._config.dialect, layer.quiet).offer(control)
