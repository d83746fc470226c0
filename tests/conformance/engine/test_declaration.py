"""What a vendor declares is required; what it does not is judged with warnings at worst, and its absence is no fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.cli import main
from conformance.engine.budget import BUDGETS
from conformance.engine.declaration import Declaration, load
from conformance.engine.scoring import score
from conformance.engine.selection import select
from conformance.verdict import Verdict


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_claims_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "d.yaml", "profiles: [registry, rbac, registry]\ncleanup-command: ./clean $CUTOFF\n")
    assert load(path) == Declaration(("registry", "rbac"), "./clean $CUTOFF")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- registry", "no declaration"),
        ("profiles: [klingon]", "known are registry"),
        ("profiles: []", "claims no profile"),
        ("profile: [registry]", "known are profiles"),
        ("profiles: [rbac]\ncleanup-command: [a]", "a text"),
        ("{", "no YAML"),
    ],
)
def test_bad_ones_are_usage(text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "d.yaml", text)
    assert main(["run", "--target", "emulator", "--declaration", str(path)]) == 3
    assert said in capsys.readouterr().err
    assert main(["run", "--target", "emulator", "--declaration", str(tmp_path / "none")]) == 3


def judged(verdict: Verdict, declared: tuple[str, ...]) -> tuple[Verdict, Verdict]:
    """The verdicts of k8s.stale-update and overall, when stale-update says *verdict* and the rest of both profiles passes."""
    selection = select(BUDGETS["standard"], declared=declared)
    head = {"event": "run", "profiles": list(selection.profiles), "declared": list(selection.declared)}
    results = [
        {
            "event": "result",
            "check": check.id,
            "verdicts": dict.fromkeys(check.clauses, (verdict if check.id == "stale-update" else Verdict.PASS).value),
        }
        for check in selection.checks
    ]
    final = score([head, *results])
    return final.clauses["k8s.stale-update"].verdict, final.verdict


@pytest.mark.parametrize(
    ("verdict", "declared", "clause", "overall"),
    [
        (Verdict.FAIL, ("kubernetes",), Verdict.FAIL, Verdict.FAIL),
        (Verdict.FAIL, ("registry",), Verdict.WARN, Verdict.WARN),
        (Verdict.NOT_APPLICABLE, ("kubernetes",), Verdict.FAIL, Verdict.FAIL),
        (Verdict.NOT_APPLICABLE, ("registry",), Verdict.NOT_APPLICABLE, Verdict.PASS),
        (Verdict.ERROR, ("registry",), Verdict.ERROR, Verdict.ERROR),
    ],
)
def test_declared_and_observed(verdict: Verdict, declared: tuple[str, ...], clause: Verdict, overall: Verdict) -> None:
    assert judged(verdict, declared) == (clause, overall)
