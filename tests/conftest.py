"""A running plane for tests that go through the front door, one per test process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest
from contracts import bare_programs

ROOT = Path(__file__).parents[1]
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as in the Makefile
os.environ.pop("MA_PLANE", None)  # a plane of the developer's shell is none of the tests'
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs, and their children, ignore ^C


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Spread tests one by one, but modules with a fixture of their own as a whole, so that it is made once.

    xdist has groups for that, which need an attribute that pytest 9.2 no longer has.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Spread(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            return module if shares(module) else nodeid

    @cache
    def shares(module: str) -> bool:
        return 'fixture(scope="module")' in (ROOT / module).read_text()

    return Spread(config, log)


@dataclass(frozen=True)
class Running:
    """A plane's doors, and ways to knock."""

    doors: dict

    @property
    def environment(self) -> dict[str, str]:
        doors = self.doors
        return {
            **os.environ,
            "KUBECONFIG": doors["kubeconfig"],
            "AWS_ENDPOINT_URL": doors["s3_endpoint"],
            "AWS_ACCESS_KEY_ID": doors["s3_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": doors["s3_secret_access_key"],
            "AWS_DEFAULT_REGION": doors["s3_region"],
            "MODELS_BUCKET": doors["models_bucket"],
            "MACTL_ADDRESS": doors["rpc_address"],
            "MA_API_SERVER": doors["rpc_address"],
            "MA_PLANE": doors["folder"],
            "HOME": str(Path(doors["kubeconfig"]).parent),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, *command: str, check: bool = True, **options) -> subprocess.CompletedProcess[str]:
        """Run a command against the plane; with *check*, anything but success fails the test with what it said."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, cwd=ROOT, timeout=60, **options
        )
        if check:
            assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done

    def kubectl(self, *arguments: str, check: bool = True, **options) -> str:
        """Run kubectl; the answer is what it printed."""
        done = self.run("kubectl", *arguments, check=check, **options)
        return done.stdout if check else done.stdout + done.stderr

    def client(self, token: str = "admin-token") -> httpx.Client:
        """An HTTP client of the API server."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.doors["kube_server"], verify=False, headers=headers, trust_env=False)


def start(folder: Path, *flags: str) -> tuple[subprocess.Popen[str], Running]:
    """Start a plane on free ports; ends with the process."""
    tokens = folder / "tokens.csv"
    tokens.write_text('admin-token,admin,admin,"system:masters"\nalice-token,alice,alice,"team"\n')
    words = ["up", "--json", "--kube-port", "0", "--s3-port", "0", "--rpc-port", "0"]
    words += ["--kubeconfig", str(folder / "kubeconfig"), "--token-auth-file", str(tokens), *flags]
    child = subprocess.Popen(
        [sys.executable, "-m", "emulator", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise AssertionError(f"the plane did not come up: {child.stderr.read()}")
    return child, Running(json.loads(line))


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A plane in the guide dialect."""
    child, running = start(tmp_path_factory.mktemp("plane"))
    yield running
    child.terminate()
    child.wait(10)


@pytest.fixture(scope="session")
def envtest_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A plane on stand-ins for etcd and a bare kube-apiserver, as processes of their own."""
    folder = tmp_path_factory.mktemp("envtest")
    child, running = start(folder, "--api", f"envtest:{bare_programs.install(folder / 'bin')}")
    yield running
    child.terminate()
    child.wait(30)


@pytest.fixture
def namespace(plane: Running) -> Iterator[str]:
    """A namespace of the test's own."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    plane.kubectl("create", "namespace", name)
    yield name
    plane.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def fresh_plane(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts planes with flags of the test's own."""
    children: list[subprocess.Popen[str]] = []

    def make(*flags: str) -> Running:
        folder = tmp_path / f"plane-{len(children)}"
        folder.mkdir()
        child, running = start(folder, *flags)
        children.append(child)
        return running

    yield make
    for child in children:
        child.terminate()
        child.wait(10)
