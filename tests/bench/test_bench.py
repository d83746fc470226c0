"""``make bench`` measures; what it measures is for people to read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_row_is_measured():
    """A benchmark runs against the plane and the bare server and prints their ratio."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--seconds", "0.05", "denied"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    row = done.stdout.splitlines()[-1].split()
    assert row[:3] == ["denied", "by", "RBAC"]
    assert float(row[-2]) > 0
