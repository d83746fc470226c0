"""Containers for tests of people who have Docker: the plane, an S3 store, a K3s cluster, each with a pinned image.

    from emulator.testing.containers import MichelangeloContainer

    with MichelangeloContainer() as plane:
        subprocess.run(["kubectl", "get", "models", "-A"], env={**os.environ, **plane.environment(tmp_path)})

They are testcontainers' DockerContainer: whatever it can be told, they can be told. Needs the extra ``containers``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from emulator.config import DEFAULT_KUBE_PORT, DEFAULT_RPC_PORT, DEFAULT_S3_PORT, DIALECTS
from emulator.testing import images
from emulator.testing.images import StoreImage

try:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.network import Network
    from testcontainers.core.wait_strategies import ExecWaitStrategy, HealthcheckWaitStrategy, HttpWaitStrategy
except ImportError as error:
    raise ImportError(
        f"{error}: these containers need testcontainers: pip install 'michelangelo-emulator[containers]'"
    ) from None

READY_SECONDS = 120
STORE_PORT = 9000
K3S_PORT = 6443
NO_WORKLOADS = "--disable=traefik,metrics-server,servicelb,local-storage,coredns"


class ObjectStoreContainer(DockerContainer):
    """An S3 store (default: SeaweedFS) with one identity, who may do everything. Its data ends with it."""

    def __init__(
        self,
        store: StoreImage = images.SEAWEEDFS,
        *,
        key_id: str = "michelangelo",
        secret: str = "michelangelo-local",
        **options: Any,
    ) -> None:
        super().__init__(store.image, **options)
        self.key_id = key_id
        self.secret = secret
        self.with_command(store.command)
        self.with_exposed_ports(STORE_PORT)
        self.with_envs(**{store.key_id: key_id, store.secret: secret})
        self.with_tmpfs_mount("/data", "mode=1777")
        self.waiting_for(HttpWaitStrategy(STORE_PORT, store.ready_path).with_startup_timeout(READY_SECONDS))

    @property
    def url(self) -> str:
        """The endpoint, as this machine reaches it."""
        return f"http://{_address(self, STORE_PORT)}"

    def environment(self) -> dict[str, str]:
        """The variables that S3 clients read."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
        }


class MichelangeloContainer(DockerContainer):
    """A plane from our image, on a read-only file system as Compose has it.

    With *store*, its artifacts are in that container, which is on *network* as ``store``. Raises ValueError for an unknown dialect, and
    when one of the two is missing.
    """

    def __init__(
        self,
        image: str = images.MICHELANGELO,
        *,
        dialect: str = "guide",
        flags: list[str] | None = None,
        store: ObjectStoreContainer | None = None,
        network: Network | None = None,
        **options: Any,
    ) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"unknown dialect {dialect!r}: known are {', '.join(DIALECTS)}")
        if (store is None) is not (network is None):
            raise ValueError("a plane reaches a store over a network: give both, store and network")
        super().__init__(image, network=network, read_only=True, cap_drop=["ALL"], init=True, **options)
        command = ["up", "--host", "0.0.0.0", "--folder", "/state", "--dialect", dialect, *(flags or [])]
        self._store = store
        if store is not None and network is not None:
            store.with_network(network).with_network_aliases("store")
            command += ["--object-store", f"http://store:{STORE_PORT}"]
            self.with_envs(AWS_ACCESS_KEY_ID=store.key_id, AWS_SECRET_ACCESS_KEY=store.secret)
        self.with_command(command)
        self.with_tmpfs_mount("/tmp")
        self.with_exposed_ports(DEFAULT_KUBE_PORT, DEFAULT_S3_PORT, DEFAULT_RPC_PORT)
        self.waiting_for(HealthcheckWaitStrategy().with_startup_timeout(READY_SECONDS))

    def kubeconfig(self) -> str:
        """The plane's kubeconfig, as this machine reaches it: contexts ``admin`` and ``reader``."""
        return _moved(_said(self, ["cat", "/state/kubeconfig"]), _address(self, DEFAULT_KUBE_PORT), "127.0.0.1")

    def environment(self, folder: Path) -> dict[str, str]:
        """The variables that ``ma-emulator exec`` sets, as this machine reaches the doors; the kubeconfig is written into *folder*."""
        path = folder / "kubeconfig"
        path.touch(mode=0o600)
        path.write_text(self.kubeconfig())
        inside: dict[str, str] = json.loads(_said(self, ["ma-emulator", "env", "--format", "json"]))
        s3 = self._store.url if self._store is not None else f"http://{_address(self, DEFAULT_S3_PORT)}"
        named = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "MODELS_BUCKET", "MA_DIALECT")
        outside = {name: inside[name] for name in (*named, "MA_ARTIFACT_LAYOUT")}
        outside |= {
            "KUBECONFIG": str(path),
            "MA_KUBE_SERVER": f"https://{_address(self, DEFAULT_KUBE_PORT)}",
            "AWS_ENDPOINT_URL": s3,
        }
        if "MACTL_ADDRESS" in inside:
            rpc = _address(self, DEFAULT_RPC_PORT)
            outside |= {"MACTL_ADDRESS": rpc, "MA_API_SERVER": rpc}
        return outside


class K3sContainer(DockerContainer):
    """A K3s cluster for ``ma-emulator up --api kubeconfig:PATH``: the API server, its controllers and their database.

    There is a node only with *workloads*; without, nothing is scheduled and it is up sooner. K3s needs a privileged container.
    """

    def __init__(self, image: str = images.K3S, *, workloads: bool = False, **options: Any) -> None:
        super().__init__(image, privileged=True, **options)
        self.with_command(["server", "--tls-san=localhost", *([] if workloads else [NO_WORKLOADS, "--disable-agent"])])
        self.with_exposed_ports(K3S_PORT)
        self.with_tmpfs_mount("/run")
        self.with_tmpfs_mount("/var/run")
        ready = ExecWaitStrategy(["kubectl", "get", "--raw", "/readyz"])
        self.waiting_for(ready.with_startup_timeout(READY_SECONDS))

    def kubeconfig(self) -> str:
        """The cluster's kubeconfig, as this machine reaches it: context ``default``."""
        return _moved(_said(self, ["cat", "/etc/rancher/k3s/k3s.yaml"]), _address(self, K3S_PORT), "localhost")


def _address(container: DockerContainer, port: int) -> str:
    return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"


def _said(container: DockerContainer, command: list[str]) -> str:
    """What a command in the container prints. Raises OSError when it fails."""
    result = container.exec(command)
    said: str = result.output.decode()
    if result.exit_code:
        raise OSError(f"{' '.join(command)} ended with {result.exit_code} in the container: {said.strip()}")
    return said


def _moved(kubeconfig: str, address: str, certified: str) -> str:
    """A kubeconfig for another address than the one that the server's certificate is for."""
    document = yaml.safe_load(kubeconfig)
    for each in document["clusters"]:
        each["cluster"] |= {"server": f"https://{address}", "tls-server-name": certified}
    moved: str = yaml.safe_dump(document, sort_keys=False)
    return moved
