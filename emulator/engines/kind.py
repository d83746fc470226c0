"""``--api kind[:NAME]``: a cluster of Kubernetes in Docker, by kind's own command line.

One that is there is used and left; one that had to be made is deleted when the plane ends.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from emulator import unsupported
from emulator.config import Config
from emulator.control import ControlDoor
from emulator.engines.interface import Cluster
from emulator.michelangelo import kubeconfig
from emulator.michelangelo.layer import Layer
from emulator.objectstore.interface import ObjectStore
from emulator.operations import CLOCK, STATE

DEFAULT_NAME = "michelangelo"
WAIT = "180s"  # until its control plane is ready, once it is made
COMMAND_SECONDS = 600.0  # the first time an image is fetched
DELETE_SECONDS = 60.0
INSTALL = "Install it (https://kind.sigs.k8s.io, or `go install sigs.k8s.io/kind@latest`) and a container engine such as Docker"


class KindEngine:
    """A kind cluster between ``start`` and ``stop``."""

    name = "kind"

    def __init__(self, config: Config, folder: Path, name: str) -> None:
        self._config = config
        self._folder = folder
        self._cluster = name or DEFAULT_NAME
        self._kubeconfig = config.kubeconfig or folder / "kubeconfig"
        self._made = False

    def claim(self) -> None:
        """Make sure that there is a kind to ask. Raises ValueError, which says what to install."""
        if shutil.which("kind") is None:
            raise ValueError(f"--api kind needs the program kind, which is not on the PATH. {INSTALL}")
        if self._config.token_auth_file is not None:
            raise ValueError("--token-auth-file is not supported with --api kind: it needs --api memory or envtest")

    async def start(self) -> Cluster:
        """Find the cluster, or make it. Raises OSError with what kind said."""
        listed = await self._kind("get", "clusters")
        self._kubeconfig.parent.mkdir(parents=True, exist_ok=True)
        if self._cluster in listed.split():
            found = await self._kind("get", "kubeconfig", "--name", self._cluster)
            self._kubeconfig.touch(mode=0o600)
            self._kubeconfig.write_text(found)
            note = f"kind cluster {self._cluster!r} was there and stays, with the definitions and objects that the plane leaves"
        else:
            self._made = True
            where = ("--kubeconfig", str(self._kubeconfig))
            await self._kind("create", "cluster", "--name", self._cluster, *where, "--wait", WAIT)
            note = f"kind cluster {self._cluster!r} is deleted when the plane ends"
        access = kubeconfig.access(self._kubeconfig)
        context = kubeconfig.current(self._kubeconfig)
        return Cluster(access, self._kubeconfig, (context,), workloads=False, note=note)

    async def stop(self) -> None:
        """Delete the cluster, if it was made for this plane."""
        if self._made:
            self._made = False
            where = ("--kubeconfig", str(self._kubeconfig))
            await self._kind("delete", "cluster", "--name", self._cluster, *where)

    async def _kind(self, *words: str) -> str:
        """Run kind; the answer is what it printed. Raises OSError with what it said."""
        seconds = DELETE_SECONDS if words[0] == "delete" else COMMAND_SECONDS
        child = await asyncio.create_subprocess_exec(
            "kind",
            *words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1"},
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
        try:
            printed, complained = await asyncio.wait_for(child.communicate(), seconds)
        except TimeoutError:
            raise OSError(f"`kind {' '.join(words)}` was not done within {seconds:.0f} s") from None
        finally:
            if child.returncode is None:
                child.terminate()
                await child.wait()
        if child.returncode:
            said = "\n".join((complained or printed).decode(errors="replace").strip().splitlines()[-8:]) or "nothing"
            raise OSError(
                f"`kind {' '.join(words)}` ended with {child.returncode}; it said: {said}\n"
                "kind needs a container engine that runs: see `docker info`, or podman's and nerdctl's"
            )
        return printed.decode()

    def now(self) -> datetime:
        """The machine's time."""
        return datetime.now(UTC)

    def offer(self, control: ControlDoor, store: ObjectStore, layer: Layer) -> None:
        """Neither clock nor state can be moved from here."""
        unsupported.refuse(control, {**CLOCK, **STATE}, "--api kind", "--api memory")
