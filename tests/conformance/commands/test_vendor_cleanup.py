"""A vendor's own cleanup is judged through a proxy: a right one passes, and each mistake is convicted of what it breaks."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conformance.checks.register import CHECKS
from conformance.cli import main
from conformance.engine.budget import Budget
from conformance.engine.events import load
from conformance.engine.observe import open_context
from conformance.engine.runner import run_check
from conformance.report.transcript import transcript
from conformance.targets.parse import parse
from conformance.verdict import Verdict

SCRIPT = Path(__file__).with_name("vendor_cleanup.py")
BUDGET = Budget("test", examples=40, shrink_seconds=0.0, check_seconds=30.0)


@pytest.fixture
def target(plane, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, plane.environment[name])
    doors = plane.doors
    return f"kubeconfig:{doors['kubeconfig']}#admin,s3={doors['s3_endpoint']},bucket={doors['models_bucket']},settle=2"


def command(mistake: str = "") -> str:
    return f"{sys.executable} {SCRIPT} {mistake}".strip()


@pytest.mark.parametrize(
    ("mistake", "check"),
    [
        ("record-first", "cleanup-command"),
        ("inclusive", "cleanup-command"),
        ("shared-too", "cleanup-command"),
        ("strangers", "cleanup-command"),
        ("undaunted", "cleanup-command-denied"),
    ],
)
def test_mistakes_are_convicted(target: str, mistake: str, check: str) -> None:
    with parse(target).open() as doors:
        context, _ = open_context(doors, cleanup_command=f"{command(mistake)} # by $CUTOFF")
        outcome = run_check(CHECKS[check], context, BUDGET, 1)
    assert outcome.trouble is not None
    assert outcome.trouble.verdict is Verdict.FAIL
    assert outcome.trouble.clause in CHECKS[check].clauses
    shown = transcript(outcome.cases[-1].exchanges)
    assert not [line for line in shown.splitlines() if SCRIPT.name in line and not line.startswith("# ran: ")]
    if mistake == "strangers":
        assert "somebody-elses" in outcome.trouble.observed


@pytest.mark.parametrize("words", ["", "# by $CUTOFF"])
def test_a_right_one_passes_and_its_log_says_so_alone(target: str, words: str, tmp_path: Path) -> None:
    """With the cutoff exact or 90 days before now; the log is judged alike without running the command."""
    checks = ["--check", "cleanup-command", "--check", "cleanup-command-denied", "--budget", "smoke"]
    given = ["--cleanup-command", f"{command()} {words}".strip()]
    assert main(["run", "--target", target, *checks, *given, "--report", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert {one["verdict"] for one in report["clauses"] if "cleanup-command" in one.get("checks", {})} == {"pass"}
    assert main(["judge", str(tmp_path / "events.jsonl")]) == 0
    cases = [event for event in load(tmp_path / "events.jsonl")[0] if event["event"] == "case"]
    ran = [one["answer"] for case in cases for one in case["exchanges"] if one["door"] == "shell"]
    assert ran
    assert not [calls for calls in ran if 'GET /apis"' in calls], "discovery does not count as a call to cut off after"


def test_our_own_passes(target: str) -> None:
    words = f"{sys.executable} -m conformance cleanup -y --before {{before}}"
    door = "kubeconfig:$KUBECONFIG,s3=$AWS_ENDPOINT_URL,bucket=$MODELS_BUCKET"
    with parse(target).open() as doors:
        context, _ = open_context(doors, cleanup_command=f"{words} --target {door}")
        outcome = run_check(CHECKS["cleanup-command-denied"], context, BUDGET, 1)
    assert outcome.trouble is None
