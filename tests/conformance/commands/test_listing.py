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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["explain", "retention.no-cascad"], "did you mean retention.no-cascade"),
        (["run", "--target", "emulator", "--check", "artifact-etag"], "did you mean artifact-etags"),
        (["run", "--target", "emulator", "--check", "0"], "see `ma-conformance list`"),
        (
            ["run", "--target", "emulator", "--report", "/dev/null/report"],
            "--report /dev/null/report: cannot write there",
        ),
        (["diff", "none-such", "none-such"], "cannot read none-such: No such file or directory"),
    ],
)
def test_a_slip_is_said_with_what_to_do(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, and one line that says what is wrong and which words were meant."""
    assert main(words) == 3
    err = capsys.readouterr().err
    assert (said in err, len(err.splitlines())) == (True, 1), err
