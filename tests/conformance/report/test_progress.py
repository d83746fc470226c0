"""What a run tells while it goes on."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from conformance.engine.outcome import CheckOutcome
from conformance.report.progress import progress
from conformance.verdict import Verdict


def told(*, terminal: bool) -> str:
    out = io.StringIO()
    with progress(Console(file=out, force_terminal=terminal, width=120, highlight=False), 40) as tell:
        for number in range(1, 41):
            verdict = Verdict.FAIL if number == 7 else Verdict.PASS
            tell(CheckOutcome(f"check-{number}", {"k8s.stale-update": verdict}), number, 40)
    return out.getvalue()


def test_plain_lines_elsewhere() -> None:
    """Not a terminal: a line for each tenth and for each failure, and no control characters."""
    lines = told(terminal=False).splitlines()
    assert len(lines) == 11
    assert "[  7/40] fail check-7" in lines[1]
    assert lines[-1].strip() == "[ 40/40] check-40"
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("word", ["check-7", "fail"])
def test_a_bar_at_a_terminal(word: str) -> None:
    """At a terminal failures stay above a bar that moves."""
    assert word in told(terminal=True)
