"""The suite convicts each lie of the zoo by its named check (test_ends acquits the honest plane)."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from conformance.checks.register import CHECKS
from conformance.cli import main
from conformance.spec.lies import lies
from conformance.spec.register import CLAUSES
from emulator.faults import known, load

LIES = known()


@pytest.mark.parametrize("name", LIES)
def test_each_lie_is_killed_by_its_check(name, tmp_path, capsys):
    """A plane that tells the lie is convicted by the check that the lie names, and the lie was really told."""
    code = main(["zoo", "--only", name, "--budget", "standard", "--json", str(tmp_path / "score.json")])
    assert code == 0, capsys.readouterr().out
    [row] = json.loads((tmp_path / "score.json").read_text())["rows"]
    assert (row["name"], row["fate"]) == (name, "killed")


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
    assert profiles >= {"registry", "rbac", "artifacts", "retention", "serving", "cli", "kubernetes", "troubleshooting"}


def test_the_register_knows_the_lies():
    """The clauses say which lies break them, as the emulator tells: python -m conformance.spec.lies."""
    known_to_the_register = {
        (lie.name, lie.sentence, lie.clause, lie.check) for found in lies().values() for lie in found
    }
    assert known_to_the_register == {(name, load(name).sentence, load(name).clause, load(name).check) for name in LIES}


def test_an_unknown_lie_lists_the_known_ones(capsys):
    """A name that is none is refused with all that are."""
    assert main(["zoo", "--only", "none-such"]) == 3
    assert "blind-update" in capsys.readouterr().err


def test_the_core_knows_of_no_faults():
    """No room of the emulator but faults/ and what fits them names a fault: lies wrap seams."""
    root = Path(__file__).parents[2] / "emulator"
    allowed = {root / "plane.py", root / "cli.py", root / "arguments.py", root / "config.py", root / "foreground.py"}
    allowed.add(root / "engines" / "choose.py")  # a part of the composition root
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
