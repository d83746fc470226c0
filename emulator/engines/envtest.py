"""``--api envtest[:DIR]``: a real kube-apiserver on a real etcd, as processes of this machine; no nodes, no containers.

Where DIR has a kube-controller-manager it does what a cluster does by itself; else our own controllers do, as clients.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx

from emulator import kubeconfig, unsupported
from emulator.apiserver.apimachinery.users import MASTERS
from emulator.apiserver.authn.certificates import Authority
from emulator.cluster.controllers import ClusterControllers, filled
from emulator.config import Config
from emulator.control import ControlDoor
from emulator.engines import assets, control_plane, people
from emulator.engines.interface import Cluster
from emulator.engines.servers import EndedError, Server
from emulator.engines.waiting import start_seconds, stop_seconds
from emulator.michelangelo.client import Access, KubeClient
from emulator.michelangelo.layer import Layer
from emulator.objectstore.interface import ObjectStore
from emulator.operations import CLOCK, STATE
from emulator.sockets import listen, reachable

ATTEMPTS = 3  # a free port may be taken by somebody else before its server gets there
NOTE = "no node runs Pods here (--api memory has one); Triton's Deployments are stood in for"
LOST_SECONDS = 0.5  # until it is noticed that a server has ended
_TAKEN = re.compile(r"address already in use", re.IGNORECASE)


class EnvtestEngine:
    """etcd, kube-apiserver and what a cluster does by itself. Everything ends with the plane, also when it is killed."""

    name = "envtest"

    def __init__(self, config: Config, folder: Path, directory: str) -> None:
        self._config = config
        self._assets = assets.find(directory)
        self._files = control_plane.Files(folder.resolve() / "envtest")
        self._folder = folder
        self._servers: list[Server] = []
        self._controllers: ClusterControllers | None = None
        self._tokens = people.tokens()
        self._users = people.users(self._tokens, config.token_auth_file)
        self._authority = Authority.create()
        self._trust = ssl.create_default_context(cadata=self._authority.certificate_pem.decode())

    def claim(self) -> None:
        """Make sure of the port, and of a folder of our own. Raises OSError."""
        if self._config.kube_port:
            listen(self._config.host, self._config.kube_port, "--kube-port", "the Kubernetes API").close()
        shutil.rmtree(self._files.folder, ignore_errors=True)
        self._files.folder.mkdir(mode=0o700, parents=True)

    async def start(self) -> Cluster:
        """Start etcd, then kube-apiserver, and wait until it is ready for people with credentials. Raises OSError."""
        host = self._config.host
        hosts = [host] if host not in ("0.0.0.0", "::") else ["127.0.0.1", socket.gethostname()]
        key = await asyncio.to_thread(self._files.write, self._authority, hosts, self._users)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                address = await self._boot()
                break
            except EndedError as error:
                await self._end()
                if attempt == ATTEMPTS or not _TAKEN.search(str(error)):
                    raise
        pem = self._authority.certificate_pem
        path = self._config.kubeconfig or self._folder / "kubeconfig"
        tokens = {name: self._tokens[name] for name in people.PEOPLE}
        certificates = {"admin-certificate": self._authority.client("admin", (MASTERS,))}
        kubeconfig.write(path, kubeconfig.document(address, pem, tokens, "admin", certificates))
        access = Access(address, self._tokens["platform"], pem)
        if self._assets.controller_manager is None:
            self._controllers = ClusterControllers(access, self._authority, key)
            self._controllers.start()
        else:
            self._start_manager(address)
        await self._filled(access)
        return Cluster(access, path, (*tokens, *certificates), workloads=True, note=NOTE, lost=self._lost)

    async def _filled(self, access: Access) -> None:
        """Return once somebody has done a cluster's own work; a kube-controller-manager that ends instead is quoted. Raises OSError."""
        client = KubeClient(access)
        try:
            await self._servers[-1].wait(lambda: filled(client), start_seconds())
        finally:
            await client.close()

    async def _lost(self) -> str:
        while True:
            for server in self._servers:
                if server.ended:
                    return f"{server.name} ended by itself; it said: {server.tail()}"
            await asyncio.sleep(LOST_SECONDS)

    async def _boot(self) -> str:
        """Start both; the answer is the API server's address. Raises EndedError, OSError."""
        host, port = self._config.host, self._config.kube_port or _free_port(self._config.host)
        etcd_port, peer_port = _free_port("127.0.0.1"), _free_port("127.0.0.1")
        programs = self._assets
        known = await asyncio.to_thread(assets.flags, programs.etcd)
        etcd = self._server("etcd", programs.etcd, control_plane.etcd(self._files, etcd_port, peer_port, known))
        etcd_address = f"http://127.0.0.1:{etcd_port}"
        async with httpx.AsyncClient(trust_env=False) as client:
            await etcd.wait(lambda: _answers(client, f"{etcd_address}/health"), start_seconds())
        words = control_plane.apiserver(self._files, etcd_port, host, port)
        apiserver = self._server("kube-apiserver", programs.apiserver, words)
        address = f"https://{reachable(host)}:{port}"
        headers = {"Authorization": f"Bearer {self._tokens['platform']}"}
        async with httpx.AsyncClient(trust_env=False, verify=self._trust, headers=headers) as client:
            await apiserver.wait(lambda: _answers(client, f"{address}/readyz"), start_seconds())
            default = f"{address}/api/v1/namespaces/default"  # made in the background once the server is ready
            await apiserver.wait(lambda: _answers(client, default), start_seconds())
        return address

    def _server(self, name: str, program: Path, words: list[str]) -> Server:
        server = Server(name, [str(program), *words], self._files.path(f"{name}.log"), stop_seconds())
        self._servers.append(server)
        server.start()
        return server

    def _start_manager(self, address: str) -> None:
        """kube-controller-manager, as system:masters."""
        path = self._files.path("controller-manager.kubeconfig")
        token = {"controller-manager": self._tokens["platform"]}
        content = kubeconfig.document(address, self._authority.certificate_pem, token, "controller-manager")
        kubeconfig.write(path, content)
        assert self._assets.controller_manager is not None, "found"
        words = control_plane.controller_manager(self._files, path)
        self._server("kube-controller-manager", self._assets.controller_manager, words)

    async def stop(self) -> None:
        """End the controllers, then the servers, in the order in which they depend on each other."""
        if self._controllers is not None:
            await self._controllers.stop()
        await self._end()

    async def _end(self) -> None:
        servers, self._servers = self._servers, []
        for server in reversed(servers):
            await server.stop()
        shutil.rmtree(self._files.path("etcd"), ignore_errors=True)

    def now(self) -> datetime:
        """The machine's time."""
        return datetime.now(UTC)

    def offer(self, control: ControlDoor, store: ObjectStore, layer: Layer) -> None:
        """Neither clock nor state can be moved from here."""
        unsupported.refuse(control, {**CLOCK, **STATE}, "--api envtest", "--api memory")


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    with suppress(httpx.TransportError):
        return (await client.get(url)).status_code == 200
    return False


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.bind((host, 0))
        port: int = sock.getsockname()[1]
        return port
