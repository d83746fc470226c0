"""Makes a folder of programs as envtest's bundles are, each a stand-in."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator import kubeconfig
from emulator.apiserver.authn.certificates import Authority
from emulator.engines import control_plane, people

ROOT = Path(__file__).parents[2]
MODULES = {"etcd": "bare_etcd", "kube-apiserver": "bare_apiserver"}
MANAGER = {"kube-controller-manager": "bare_manager"}


def install(folder: Path, *, manager: bool = False) -> Path:
    """Write the programs, with or without a kube-controller-manager; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in (MODULES | MANAGER if manager else MODULES).items():
        script = folder / name
        script.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path[:0] = [{str(ROOT / 'tests')!r}, {str(ROOT)!r}]\n"
            f"from contracts.{module} import main\nmain()\n"
        )
        script.chmod(0o755)
    return folder


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """A bare API server that somebody else has started; its kubeconfig."""
    programs = install(folder / "bin")
    files = control_plane.Files(folder / "files")
    files.folder.mkdir()
    authority, given = Authority.create(), people.tokens()
    files.write(authority, ["127.0.0.1"], people.users(given, None))
    etcd_port, peer_port, port = (_free_port() for _ in range(3))
    words = {
        "etcd": control_plane.etcd(files, etcd_port, peer_port, ()),
        "kube-apiserver": control_plane.apiserver(files, etcd_port, "127.0.0.1", port),
    }
    children = []
    try:
        for name, listens in (("etcd", etcd_port), ("kube-apiserver", port)):
            children.append(subprocess.Popen([programs / name, *words[name]]))
            deadline = time.monotonic() + 30
            while not _listening(listens):
                assert time.monotonic() < deadline and children[-1].poll() is None, f"{name} did not come up"
                time.sleep(0.05)
        address, pem = f"https://127.0.0.1:{port}", authority.certificate_pem
        kubeconfig.write(folder / "config", kubeconfig.document(address, pem, {"admin": given["admin"]}, "admin"))
        yield folder / "config"
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait(10)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _listening(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
