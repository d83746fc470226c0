"""``--api kubeconfig:PATH[#CONTEXT]``: a cluster that runs already, whose owner agrees."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx

from emulator import unsupported
from emulator.cluster.controllers import ClusterControllers, absent
from emulator.config import Config
from emulator.control import ControlDoor
from emulator.engines import writing
from emulator.engines.interface import Cluster
from emulator.kubeconfig import write
from emulator.michelangelo import kubeconfig
from emulator.michelangelo.client import ApiError, KubeClient, Resource
from emulator.michelangelo.layer import Layer
from emulator.objectstore.interface import ObjectStore
from emulator.operations import CLOCK, STATE

USER_AGENT = "ma-emulator"
NODES = Resource("", "v1", "nodes")


class ExistingEngine:
    """Starts nothing and ends nothing: when the plane goes, definitions and objects stay, as others may use them."""

    name = "kubeconfig"

    def __init__(self, config: Config, folder: Path, path: Path, context: str) -> None:
        """Raises ValueError, OSError for a kubeconfig that is none."""
        self._config = config
        self._controllers: ClusterControllers | None = None
        self._path = folder / "kubeconfig"
        if not path.is_file():
            raise ValueError(f"--api {config.api}: no kubeconfig at {path}")
        _reserved(config)
        self._access = kubeconfig.access(path, context)
        self._selected = kubeconfig.selected(path, context)
        self._context = context or kubeconfig.current(path)
        self._cluster = kubeconfig.cluster_name(path, self._context)

    def claim(self) -> None:
        """Nothing to take before the cluster is asked."""

    async def start(self) -> Cluster:
        """Ask the cluster who it is, and whether it may be written to. Raises ValueError, OSError with a sentence."""
        client = KubeClient(self._access, USER_AGENT)
        try:
            await client.request("GET", "/version")
            await writing.check(client, self._config.dialect, self._cluster, self._config.confirm_cluster)
            bare = await absent(client)
            nodes = (await client.list(NODES, limit="1"))["items"]
        except ApiError as error:
            raise OSError(f"{self._access.server} refuses context {self._context!r}: {error}") from None
        except httpx.TransportError as error:
            raise OSError(f"{self._access.server} (context {self._context!r}) does not answer: {error}") from None
        finally:
            await client.close()
        write(self._path, self._selected)
        notes = [f"cluster {self._cluster!r} keeps the definitions and objects that the plane leaves"]
        if bare:
            self._controllers = ClusterControllers(self._access, None)
            self._controllers.start()
            notes.append("it has no kube-controller-manager: while it runs the plane does that work")
        if not nodes:
            notes.append("it has no nodes: Triton's Deployments are stood in for")
        return Cluster(self._access, self._path, (self._context,), workloads=not nodes, note="; ".join(notes))

    async def stop(self) -> None:
        """The cluster runs on."""
        if self._controllers is not None:
            await self._controllers.stop()

    def now(self) -> datetime:
        """The machine's time."""
        return datetime.now(UTC)

    def offer(self, control: ControlDoor, store: ObjectStore, layer: Layer) -> None:
        """Neither clock nor state can be moved from here."""
        unsupported.refuse(control, {**CLOCK, **STATE}, f"--api {self.name}", "--api memory")


def _reserved(config: Config) -> None:
    """Raises ValueError for what only an API server that the plane starts can take."""
    wanted = {"--token-auth-file": config.token_auth_file, "--kubeconfig": config.kubeconfig}
    for flag, given in wanted.items():
        if given is not None:
            raise ValueError(
                f"{flag} is not supported with --api {config.api}: it is of an API server that the plane starts"
            )
