"""The pytest plugin in a process of its own: workers, options, what it costs, what it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.xdist_group("testing")


def pytest_in(folder: Path, suite: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Somebody's own pytest, with nothing configured."""
    (folder / "test_suite.py").write_text(dedent(suite))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180)


def test_workers_have_a_plane_each_of_the_dialect_asked_for(tmp_path: Path) -> None:
    """Under pytest-xdist tests run beside each other, and none sees another's clock; fields are spelled as the option says."""
    done = pytest_in(
        tmp_path,
        """
        import time
        from datetime import UTC, datetime, timedelta
        from pathlib import Path

        import pytest

        @pytest.mark.parametrize("days", [100, 200])
        def test_it(days, michelangelo, michelangelo_client, worker_id):
            michelangelo.advance(f"{days}d")
            here = Path(__file__).parent
            here.joinpath(f"plane-{worker_id}").write_text(michelangelo.doors.kube_server)
            deadline = time.monotonic() + 60
            while len(list(here.glob("plane-*"))) < 2:
                assert time.monotonic() < deadline, "the other worker has no plane"
                time.sleep(0.05)
            assert "modelArtifactUri" in michelangelo.register("m", {"w": b"1"})["spec"]
            assert michelangelo_client.names("models") == ["m"]
            assert abs(michelangelo.now() - datetime.now(UTC) - timedelta(days=days)) < timedelta(days=1)
        """,
        *("-n", "2", "--michelangelo-dialect", "upstream"),
    )
    assert "2 passed" in done.stdout, done.stdout
    assert len({path.read_text() for path in tmp_path.glob("plane-*")}) == 2


def test_every_test_begins_in_the_scenario(tmp_path: Path) -> None:
    """Also one that reaches beyond the namespace, which is fixed after each test."""
    done = pytest_in(
        tmp_path,
        """
        import os, subprocess, sys
        import pytest

        def state(plane):
            words = [sys.executable, "-m", "emulator", "s3-policy", "controller-manager"]
            env = {**os.environ, "MA_PLANE": plane.doors.folder, "KUBECONFIG": plane.doors.kubeconfig}
            namespaces = subprocess.check_output(["kubectl", "get", "namespaces", "-o", "name"], env=env, text=True)
            return namespaces, subprocess.check_output(words, env=env, text=True)

        @pytest.fixture(scope="session", autouse=True)
        def unchanged(michelangelo_plane):
            before = state(michelangelo_plane)
            yield
            assert state(michelangelo_plane) == before

        def test_it(michelangelo):
            with pytest.raises(OSError, match="AccessDenied"):
                michelangelo.register("m", {"w": b"1"})
            assert not michelangelo.client.get("models", "m")["spec"].get("deployable_artifact_uri")
        """,
        "--michelangelo-scenario",
        "controller-manager-cannot-write",
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("option", "known"), [("--michelangelo-dialect", "guide"), ("--michelangelo-scenario", "crd-missing")]
)
def test_a_wrong_option_is_usage(tmp_path: Path, option: str, known: str) -> None:
    """pytest's own usage error, which lists what is known."""
    done = pytest_in(tmp_path, "", option, "klingon")
    assert done.returncode == 4
    assert known in done.stderr


def test_who_does_not_use_it_pays_nothing(tmp_path: Path) -> None:
    """The plugin is there, and neither starts nor imports anything."""
    done = pytest_in(
        tmp_path,
        """
        import sys

        def test_it():
            heavy = {"httpx", "boto3", "yaml", "uvicorn", "emulator.plane", "emulator.testing.session"}
            assert "emulator.testing.plugin" in sys.modules
            assert not heavy & set(sys.modules)
        """,
    )
    assert "1 passed" in done.stdout, done.stdout


def test_a_killed_run_leaves_no_plane(tmp_path: Path) -> None:
    """kill -9 of the test run ends its plane."""
    (tmp_path / "test_suite.py").write_text(
        "import time\n\ndef test_it(michelangelo_plane):\n    print(michelangelo_plane.doors.pid, flush=True)\n    time.sleep(600)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    pid = next(int(line) for line in run.stdout if line.strip().isdigit())
    assert not ended(pid)
    run.kill()
    run.communicate()
    deadline = time.monotonic() + 30
    while not ended(pid):
        assert time.monotonic() < deadline, "the plane lives on"
        time.sleep(0.05)


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    done = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True)
    return done.stdout.strip() in ("", "Z")  # ended; whoever inherits it has not asked yet
