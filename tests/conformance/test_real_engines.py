"""Planes on other engines than the in-memory server, judged as a whole."""

from __future__ import annotations

import json
from pathlib import Path

from contracts import bare_programs

from conformance.cli import main


def test_a_plane_on_envtest_is_acquitted(tmp_path: Path) -> None:
    """0: on an API server that is as bare as kube-apiserver alone, every clause is judged as on the in-memory one."""
    target = f"envtest:{bare_programs.install(tmp_path / 'bin')}"
    assert main(["run", "--target", target, "--budget", "smoke", "--report", str(tmp_path / "report")]) == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert (report["verdict"], report["target"]) == ("pass", target)
