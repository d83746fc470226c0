"""The suite convicts each lie of the zoo by its named check, and acquits the honest plane."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.checks.register import CHECKS
from conformance.spec.register import CLAUSES
from emulator.faults import known, load

LIES = known()


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "conformance", *words], capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("name", LIES)
def test_each_lie_is_killed_by_its_check(name, tmp_path):
    """A plane that tells the lie is convicted by the check that the lie names, and the lie was really told."""
    done = ran("zoo", "--only", name, "--budget", "standard", "--json", str(tmp_path / "score.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    [row] = json.loads((tmp_path / "score.json").read_text())["rows"]
    assert (row["name"], row["fate"]) == (name, "killed")


def test_the_honest_plane_is_acquitted(tmp_path):
    """Nothing convicts the plane without a lie."""
    done = ran("run", "--target", "emulator", "--budget", "smoke", "--seed", "1", "--report", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_zoo_covers_every_profile():
    """At least forty lies, over every profile but the one that other clauses carry; each names a clause and a check that there are."""
    assert len(LIES) >= 40
    profiles = set()
    for name in LIES:
        lie = load(name)
        assert lie.clause in CLAUSES, name
        assert lie.clause in CHECKS[lie.check].clauses, name
        assert lie.sentence.endswith("."), name
        profiles.add(CLAUSES[lie.clause].profile.value)
    assert profiles >= {"registry", "rbac", "artifacts", "retention", "serving", "kubernetes"}


def test_an_unknown_lie_lists_the_known_ones():
    """A name that is none is refused with all that are."""
    done = ran("zoo", "--only", "none-such")
    assert done.returncode == 3
    assert "blind-update" in done.stderr


def test_the_core_knows_of_no_faults():
    """No room of the emulator but faults/ and what fits them names a fault: lies wrap seams."""
    root = Path(__file__).parents[2] / "emulator"
    allowed = {root / "plane.py", root / "cli.py", root / "arguments.py", root / "config.py", root / "foreground.py"}
    for path in root.rglob("*.py"):
        if root / "faults" in path.parents or path in allowed:
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        imported = {
            getattr(node, "module", "") or ""
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
        }
        assert not any(name.startswith("emulator.faults") for name in imported), path
        assert not any(name.lower().startswith("fault") for name in names), path
