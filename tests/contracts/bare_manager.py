"""Stands in for kube-controller-manager: its flags, and controllers that do what its own do."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from contracts import bare_flags
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from emulator.apiserver.authn.certificates import Authority
from emulator.cluster.controllers import ClusterControllers
from emulator.michelangelo import kubeconfig


def main() -> None:
    flags = bare_flags.parse("kube-controller-manager", bare_flags.MANAGER)
    unknown = set(flags["controllers"].split(",")) - bare_flags.CONTROLLERS
    if unknown:
        sys.exit(f"Error: {sorted(unknown)[0]!r} is not in the list of known controllers")
    assert flags["leader-elect"] == "false"
    assert Path(flags["service-account-private-key-file"]).is_file()
    certificate = x509.load_pem_x509_certificate(Path(flags["cluster-signing-cert-file"]).read_bytes())
    key = serialization.load_pem_private_key(Path(flags["cluster-signing-key-file"]).read_bytes(), None)
    assert Path(flags["root-ca-file"]).read_bytes() == Path(flags["cluster-signing-cert-file"]).read_bytes()
    asyncio.run(run(ClusterControllers(kubeconfig.access(Path(flags["kubeconfig"])), Authority(certificate, key))))


async def run(controllers: ClusterControllers) -> None:
    controllers.start()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await controllers.stop()
