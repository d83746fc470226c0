"""What README says is so: its commands run, its tables are as generated, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs.tables import README, ROOT, filled

TEXT = README.read_text()
BLOCKS = re.findall(r"^```sh(?: fails=(\d+))?\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
PORTS = "--kube-port 0 --s3-port 0 --rpc-port 0"


@pytest.mark.parametrize(("code", "block"), BLOCKS, ids=[block.splitlines()[0][:50] for _, block in BLOCKS])
def test_commands_run(code, block, tmp_path):
    """Every shell block works as printed, from the project's root, and ends with the code that the text says."""
    for name in ("fixtures",):
        (tmp_path / name).symlink_to(ROOT / name)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MA_EMULATOR_HOME": str(tmp_path / "state"),
    }
    script = block.replace("ma-emulator up ", f"ma-emulator up {PORTS} ")  # the usual ports may be somebody's
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        subprocess.run([sys.executable, "-m", "emulator", "down"], env=environment, cwd=ROOT, check=False)
    assert done.returncode == int(code or 0), f"{script}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_the_two_commands_exist():
    """`make demo` and `make test`, and the other targets that README names, are there."""
    named = set(re.findall(r"make (\w+)", TEXT)) - {"does"}
    assert named >= {"demo", "test", "check", "bench"}
    for target in named:
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_demo_runs():
    """`make demo` registers a model, gets its bytes back, and the plane is judged conformant."""
    environment = ["make", "demo", f"VENV={sys.prefix}"]
    done = subprocess.run(environment, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.stdout.count("the registered bytes came back") == 2
    assert "Traceback" not in done.stdout + done.stderr


def test_tables_are_as_generated():
    """The generated tables are what their sources say now; `make docs` writes them."""
    assert filled(TEXT) == TEXT, "README's tables are behind: run make docs"


def test_links_lead_somewhere():
    """Every relative link of the public documents is a file of the project."""
    for document in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "DECISIONS.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / document).read_text()):
            assert (ROOT / target).exists(), f"{document} links to {target}"
