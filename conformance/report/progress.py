"""How a run tells of itself while it goes on: a bar at a terminal, plain lines anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from conformance.engine.outcome import CheckOutcome
from conformance.engine.session import Progress
from conformance.report.terminal import STYLE
from conformance.verdict import Verdict, worst

BAD = (Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN)
LINES = 10  # of a quiet run: one for each tenth


@contextmanager
def progress(console: Console, total: int) -> Iterator[Progress]:
    """What is called after each check."""
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bar(*columns, console=console, transient=True) as bar:
            task = bar.add_task("judging", total=total)

            def move(outcome: CheckOutcome, done: int, total: int) -> None:
                _tell(console, outcome, done, total)
                bar.update(task, completed=done, description=f"{outcome.check:<28}")

            yield move
        return

    def line(outcome: CheckOutcome, done: int, total: int) -> None:
        told = _tell(console, outcome, done, total)
        if not told and done * LINES // total != (done - 1) * LINES // total:
            console.print(f"  [{done:>3}/{total}] {outcome.check}", soft_wrap=True, markup=False)

    yield line


def _tell(console: Console, outcome: CheckOutcome, done: int, total: int) -> bool:
    verdict = worst(outcome.verdicts.values())
    if verdict not in BAD:
        return False
    console.print(
        f"  \\[{done:>3}/{total}] [{STYLE[verdict]}]{verdict.value}[/] {outcome.check} ({outcome.seconds:.1f} s)",
        soft_wrap=True,
    )
    return True
