"""``--version`` names the commit where one is known, and never fails."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.cli import ANYWHERE

ROOT = Path(__file__).parents[2]


def version(house: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", house, "--version"],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", **environment},
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Both houses, without a repository around them."""
    for house in ("emulator", "conformance"):
        shutil.copytree(ROOT / house, tmp_path / house, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize("house", ["emulator", "conformance"])
def test_a_checkout_names_its_commit(house: str, checkout: Path) -> None:
    """Git is asked; what is changed is said."""
    git = ["git", "-C", str(checkout), "-c", "user.name=n", "-c", "user.email=e@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout[:12]
    assert version(house, checkout).stdout == f"ma-{house} 0.1.0 ({commit})\n"
    with (checkout / house / "__init__.py").open("a") as changed:
        changed.write("# changed\n")
    assert version(house, checkout).stdout == f"ma-{house} 0.1.0 ({commit}-dirty)\n"


def test_no_repository_and_no_git_is_no_failure(checkout: Path) -> None:
    """Without either the release alone is printed, also where a stranger's repository is around."""
    assert version("emulator", checkout).stdout == "ma-emulator 0.1.0\n"
    (checkout / ".git").mkdir()
    for environment in ({}, {"PATH": "/nonexistent"}):
        done = version("emulator", checkout, **environment)
        assert (done.returncode, done.stdout, done.stderr) == (0, "ma-emulator 0.1.0\n", "")


def test_windows_is_told_plainly() -> None:
    """A command that needs a plane says what does not work there and what to do; the others work."""
    script = "import asyncio, sys; from emulator.cli import main; sys.platform = 'win32'; sys.exit(main(sys.argv[1:]))"

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=30)

    done = run("up")
    assert done.returncode == 1
    assert "does not run on Windows" in done.stderr and "WSL 2" in done.stderr
    assert "Traceback" not in done.stderr
    assert run("faults").returncode == 0
    [told] = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("On Windows")]
    assert set(re.findall(r"`(\w+)`", told)) == set(ANYWHERE)
