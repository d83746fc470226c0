"""The suite convicts each lie by name, and acquits the honest plane."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Fault -> the clause that must convict it; others may fail as well.
MATRIX = {
    "": "",
    "blind-update": "k8s.stale-update",
}


def judged(target: str, folder) -> tuple[int, dict]:
    words = ["run", "--target", target, "--budget", "smoke", "--seed", "1", "--report", str(folder)]
    done = subprocess.run([sys.executable, "-m", "conformance", *words], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode, json.loads((folder / "report.json").read_text())


@pytest.mark.parametrize(("fault", "convicted"), MATRIX.items(), ids=[fault or "honest" for fault in MATRIX])
def test_kill_matrix(fault, convicted, tmp_path):
    """The clause that each fault breaks convicts it; nothing convicts the honest plane."""
    code, report = judged(f"emulator:fault={fault}" if fault else "emulator", tmp_path)
    failed = {clause["id"] for clause in report["clauses"] if clause["verdict"] == "fail"}
    assert (convicted in failed) if convicted else not failed
    assert code == (1 if convicted else 0)


def test_every_fault_has_a_row():
    """A fault that nobody judges proves nothing."""
    from emulator.faults import FAULTS

    assert set(MATRIX) - {""} == set(FAULTS)
