"""A plane of the doctor's tests, and the command line in this process."""

from __future__ import annotations

import json

import conftest
import pytest
from contracts.command_line import at


@pytest.fixture(scope="package")
def plane(tmp_path_factory):
    """A plane on which nothing but these tests happens: each leaves it reset."""
    child, running = conftest.start(tmp_path_factory.mktemp("plane"), "--no-rpc")
    yield running
    child.terminate()
    child.wait(10)


@pytest.fixture
def emulator(plane, monkeypatch, capsys):
    """Runs ``ma-emulator``; gives exit code and what was printed. The plane is reset afterwards."""
    run = at(plane, monkeypatch, capsys)
    yield run
    monkeypatch.setenv("MA_PLANE", plane.doors["folder"])  # a test may have left it
    assert run("reset")[0] == 0


@pytest.fixture
def examine(emulator):
    """The findings and notes of ``doctor --json``; the exit code has to fit them."""

    def run(*words: str) -> tuple[list[dict], list[str]]:
        code, out, err = emulator("doctor", "--json", *words)
        assert code in (0, 1), err
        report = json.loads(out)
        assert report["healthy"] == (not report["findings"]) == (code == 0)
        return report["findings"], report["notes"]

    return run
