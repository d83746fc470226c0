"""``ma-conformance judge``: judge a recorded run again, without a target."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from conformance.engine.events import LogError, load
from conformance.engine.judge import judge
from conformance.report import files, terminal
from conformance.verdict import ExitCode


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("log", type=Path, metavar="LOG", help="the events.jsonl of a run")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write report.html, report.json and junit.xml there")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every clause")


def command(options: argparse.Namespace) -> int:
    """Judge, print, and give the exit code of the recomputed verdict; 4 when the log is not to be trusted."""
    console = Console(highlight=False)
    try:
        events, head = load(options.log)
    except OSError as error:
        raise ValueError(f"cannot read {options.log}: {error.strerror}") from error
    except LogError as error:
        console.print(f"[bold red]no verdict[/]: {error}", soft_wrap=True)
        return ExitCode.HARNESS
    judgement = judge(events)
    terminal.summary(console, judgement.events, judgement.score, every_clause=options.verbose)
    if options.report is not None:
        options.report.mkdir(parents=True, exist_ok=True)
        written = files.write(options.report, judgement.events, head, judgement.score)
        console.print(f"wrote {', '.join(str(path) for path in written)}", soft_wrap=True, style="dim")
    for difference in judgement.differences:
        console.print(f"[bold red]differs[/]: {difference}", soft_wrap=True)
    return ExitCode.HARNESS if judgement.differences else judgement.score.exit_code
