"""A counterexample is a file: it convicts the same plane again, and acquits another."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.driver.ownership import LABEL
from conformance.verdict import ExitCode

LIE = "emulator:fault=blind-update"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The report of a plane that lies."""
    made = tmp_path_factory.mktemp("report")
    assert main(["run", "--target", LIE, "--check", "stale-update", "--budget", "smoke", "--report", str(made)]) == 1
    return made


def test_convicts_again_without_drawing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1 against the plane that lies, with the commands and the clause; 0 against one that does not."""
    path = folder / "counterexamples" / "stale-update.json"
    assert main(["replay", str(path), "--target", LIE]) == ExitCode.NOT_CONFORMANT
    said = capsys.readouterr().out
    assert "k8s.stale-update" in said
    assert "kubectl replace --raw" in said
    assert main(["replay", str(path), "--target", "emulator", "-q"]) == ExitCode.CONFORMANT


def test_a_log_is_replayed_as_well(folder: Path) -> None:
    """All that failed in a run is tried again from its log."""
    assert main(["replay", str(folder / "events.jsonl"), "--target", LIE, "-q"]) == ExitCode.NOT_CONFORMANT


def test_the_commands_show_it_by_hand(folder: Path, plane) -> None:
    """Pasted in a shell against an honest plane, the stale replacement is refused: what failed there holds here."""
    script = folder / "counterexamples" / "stale-update.sh"
    assert script.read_text().startswith("# clause:")
    run = json.loads((folder / "report.json").read_text())["run_id"]
    done = subprocess.run(
        ["bash", str(script)], env={**os.environ, **plane.environment}, capture_output=True, text=True, timeout=60
    )
    plane.kubectl("delete", "namespaces", "-l", f"{LABEL}={run}", "--wait=false")
    assert "the object has been modified" in done.stderr


@pytest.mark.parametrize(
    ("content", "word"),
    [("{", "no counterexample"), ("{}", "no counterexample"), ("[]", "no counterexample"), (None, "cannot read")],
)
def test_other_files_are_usage(tmp_path: Path, content: str | None, word: str, capsys) -> None:
    """3: what is no counterexample is told."""
    path = tmp_path / "case.json"
    if content is not None:
        path.write_text(content)
    assert main(["replay", str(path), "--target", "emulator"]) == ExitCode.USAGE
    assert word in capsys.readouterr().err


def test_unknown_checks_are_usage(folder: Path, tmp_path: Path, capsys) -> None:
    """3: a counterexample of a check that this suite does not have."""
    found = json.loads((folder / "counterexamples" / "stale-update.json").read_text())
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**found, "check": "klingon"}))
    assert main(["replay", str(path), "--target", "emulator"]) == ExitCode.USAGE
    assert "klingon" in capsys.readouterr().err
