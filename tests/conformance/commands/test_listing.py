"""``list``: the register for people, programs and documents."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest

from conformance.cli import main
from conformance.spec.register import CLAUSES


def test_formats_agree(capsys: pytest.CaptureFixture[str]) -> None:
    """Every format has every clause, with the checks that decide it or the reason why none does."""
    assert main(["list", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == list(CLAUSES)
    assert all(row["checks"] or row["reason"] for row in rows)
    for form in ("md", "table"):
        assert main(["list", "--format", form]) == 0
        said = capsys.readouterr().out
        assert [name for name in CLAUSES if name not in said] == []


def test_a_reader_who_has_seen_enough() -> None:
    """``list | head -1`` says nothing of a broken pipe."""
    command = f"{shlex.quote(sys.executable)} -m conformance list --format json | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[\n", "")
