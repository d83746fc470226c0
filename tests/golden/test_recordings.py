"""Answers recorded from a real Kubernetes API server, where a checkout has them beside it (``../shared/golden``)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT.parent / "shared" / "golden"
TOPICS = sorted(path.stem for path in (GOLDEN / "recorded").glob("*.json"))

pytestmark = pytest.mark.skipif(
    not TOPICS, reason="the recordings are not part of the project; its own tests cover the rules"
)


def known() -> set[str]:
    rows = yaml.safe_load((ROOT / "fixtures" / "deviations.yaml").read_text())
    return {step for row in rows for step in row.get("steps", [])}


@pytest.mark.parametrize("topic", TOPICS)
def test_topic(plane, topic):
    """Every recorded answer of a topic is ours, but for those that fixtures/deviations.yaml lists."""
    server, tokens = plane.doors["kube_server"], ("--token-admin", "admin-token", "--token-alice", "alice-token")
    words = ["replay", "--server", server, "--insecure", *tokens, "--topic", topic, "--json"]
    done = subprocess.run(
        [sys.executable, str(GOLDEN / "replay.py"), *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    differ = {
        f"{topic}/{case['case']}/{step['step']}": step["mismatches"]
        for case in result["cases"]
        for step in case["steps"]
        if step["mismatches"]
    }
    listed = {step for step in known() if step.startswith(f"{topic}/")}
    new = {step: differ[step] for step in differ if step not in listed}
    assert not new, json.dumps(new, indent=1)[:4000]
    assert listed <= set(differ), f"these match now, so they are no deviations: {listed - set(differ)}"
    assert not [case for case in result["cases"] if case["setup"]]


def replayed(plane, *words: str) -> tuple[list[str], str]:
    """The cases of kubectl's recordings that differ, and what was said of them."""
    command = [sys.executable, str(GOLDEN / "kubectl.py"), "replay", "--kubeconfig", plane.doors["kubeconfig"], *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    said = done.stdout + done.stderr
    cases = json.loads((GOLDEN / "kubectl" / "recorded.json").read_text())
    differ = sorted({line.partition(": ")[0] for line in said.splitlines()} & set(cases))
    assert bool(differ) == bool(done.returncode), said
    return differ, said


def test_kubectl(plane):
    """What the real kubectl prints for each recorded command is what it printed against a real cluster.

    It prints maps in Go's random order: a case that differs is run again.
    """
    differ, said = replayed(plane)
    for case in differ:
        for _ in range(4):
            again, said = replayed(plane, "--case", case)
            if not again:
                break
        assert not again, said[-4000:]
