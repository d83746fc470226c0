"""``pytest -p conformance.plugin``: the checks inside a vendor's own suite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A vendor's own pytest."""
    (folder / "test_own.py").write_text("def test_own():\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "conformance.plugin", "-p", "no:cacheprovider", "-v", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_checks_stand_beside_the_vendors_tests(tmp_path: Path) -> None:
    """Each check is a test, chosen by name or clause, and passes on an honest plane; the seed is told."""
    done = pytest_in(tmp_path, "--target", "emulator", "--check", "stale-update", "--check", "crd.present")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert "conformance::stale-update PASSED" in done.stdout
    assert "--conformance-seed" in done.stdout


def test_a_lie_fails_its_test_with_the_commands(tmp_path: Path) -> None:
    """The failure tells the clause, what was expected, and the commands that show it; no traceback of ours."""
    done = pytest_in(tmp_path, "--target", "emulator:fault=blind-update", "--check", "stale-update")
    assert done.returncode == 1
    assert "fail: k8s.stale-update" in done.stdout
    assert "kubectl replace --raw" in done.stdout
    assert "run_check(" not in done.stdout
    assert "1 failed, 1 passed" in done.stdout


def test_without_a_target_nothing_is_added(tmp_path: Path) -> None:
    """The plugin alone changes nothing."""
    assert "1 passed" in pytest_in(tmp_path).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--target", "klingon"),
        ("--target", "emulator", "--check", "klingon"),
        ("--target", "emulator", "--profile", "x"),
    ],
)
def test_bad_words_are_usage(tmp_path: Path, words: tuple[str, ...]) -> None:
    """pytest's own usage error, with what is known."""
    done = pytest_in(tmp_path, *words)
    assert done.returncode == 4
    assert "unknown" in done.stderr
