"""Known failures: excused while they fail and are in time, and a complaint otherwise."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.cli import main
from conformance.engine.known import load
from conformance.engine.scoring import score
from conformance.verdict import ExitCode, Verdict

TODAY = date(2026, 6, 1)
ROW = {"clause": "k8s.stale-update", "owner": "storage", "reason": "JIRA-12", "expires": "2026-12-31"}


def events(verdict: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    run = {"event": "run", "profiles": ["kubernetes"], "partial": True, "known_failures": list(rows)}
    result = {"event": "result", "check": "stale-update", "verdicts": {"k8s.stale-update": verdict}}
    return [run, result]


def test_a_listed_failure_is_expected() -> None:
    """It fails, it is listed, and the run is conformant but for it."""
    found = score(events("fail", ROW))
    assert found.clauses["k8s.stale-update"].verdict is Verdict.EXPECTED_FAIL
    assert (found.verdict, found.exit_code) == (Verdict.EXPECTED_FAIL, ExitCode.CONFORMANT)
    assert "JIRA-12" in found.clauses["k8s.stale-update"].note


@pytest.mark.parametrize(
    ("verdict", "row", "word"),
    [
        ("pass", ROW, "passed"),
        ("fail", {**ROW, "expired": True}, "expired"),
        ("fail", {**ROW, "clause": "model.name"}, "no clause of this run"),
    ],
)
def test_a_row_that_does_not_hold_fails_the_run(verdict: str, row: dict[str, Any], word: str) -> None:
    """An unexpected pass, an excuse that has ended, and a row that matches nothing are not conformant, and say why."""
    found = score(events(verdict, row))
    assert found.verdict is Verdict.FAIL
    assert word in found.notes[0]


def test_without_rows_a_failure_fails() -> None:
    """Nothing is excused that is not listed."""
    assert score(events("fail")).verdict is Verdict.FAIL


def test_rows_are_read(tmp_path: Path) -> None:
    """Dates may be YAML's own; the day itself still counts."""
    path = tmp_path / "known.yaml"
    path.write_text("- {clause: k8s.stale-update, owner: a, reason: b, expires: 2026-06-01}\n")
    assert [(row["expires"], row["expired"]) for row in load(path, TODAY)] == [("2026-06-01", False)]
    assert load(path, date(2026, 6, 2))[0]["expired"] is True


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("clause: x", "no list"),
        ("- x", "no mapping"),
        ("- {clause: k8s.stale-update}", "lacks owner, reason, expires"),
        ("- {clause: k8s.stale-update, owner: a, reason: b, expires: soon}", "is no day"),
        ("- {clause: klingon, owner: a, reason: b, expires: 2026-06-01}", "klingon"),
        ("- {clause: k8s.stale-update, owner: a, reason: b, expires: 2026-06-01, why: c}", "unknown why"),
        ("- {clause: k8s.stale-update, owner: a, reason: b, expires: 2026-06-01}\n" * 2, "two rows"),
        ("{", "no YAML"),
    ],
)
def test_bad_rows_are_told(tmp_path: Path, text: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each mistake ends with 3 and one sentence, before a target is looked for."""
    path = tmp_path / "known.yaml"
    path.write_text(text)
    assert main(["run", "--target", "emulator", "--known-failures", str(path)]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert word in said
    assert "Traceback" not in said


def test_an_excused_lie_is_conformant(tmp_path: Path) -> None:
    """A plane whose one failure is listed ends with 0; the same list against the honest plane ends with 1."""
    path = tmp_path / "known.yaml"
    path.write_text("- {clause: k8s.stale-update, owner: storage, reason: JIRA-12, expires: 2999-01-01}\n")
    words = ["--check", "stale-update", "--budget", "smoke", "--known-failures", str(path)]
    assert main(["run", "--target", "emulator:fault=blind-update", *words]) == ExitCode.CONFORMANT
    assert main(["run", "--target", "emulator", *words]) == ExitCode.NOT_CONFORMANT
