"""``ma-conformance run``: judge a target."""

from __future__ import annotations

import argparse
import secrets
import signal
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from conformance.driver.errors import TargetError
from conformance.engine import known
from conformance.engine.budget import BUDGETS
from conformance.engine.events import EventLog
from conformance.engine.observe import open_context
from conformance.engine.outcome import CheckOutcome
from conformance.engine.selection import select
from conformance.engine.session import Plan, run
from conformance.report import files, terminal
from conformance.spec.clause import Profile
from conformance.targets.parse import KINDS, parse
from conformance.verdict import ExitCode, Verdict, worst


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("--target", required=True, metavar="TARGET", help=KINDS)
    parser.add_argument(
        "--budget",
        choices=sorted(BUDGETS, key=lambda name: BUDGETS[name].examples),
        default="standard",
        help="how much to try (default: standard)",
    )
    parser.add_argument(
        "--seed", type=int, default=None, metavar="N", help="draw the same cases again (default: a fresh seed, printed)"
    )
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write events.jsonl, report.html, report.json and junit.xml there"
    )
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="P",
        help=f"a profile that the target claims (may be repeated; default: judge all): {', '.join(Profile)}",
    )
    parser.add_argument(
        "--check",
        action="append",
        default=[],
        metavar="ID",
        help="run only this check, or the checks of this clause (may be repeated)",
    )
    parser.add_argument(
        "-n",
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="checks at a time, for targets that are far away (default: 1)",
    )
    parser.add_argument(
        "--known-failures",
        type=Path,
        metavar="FILE",
        help="YAML rows of clause, owner, reason and expires: they are run, and excused while they fail; one that passes fails the run",
    )
    parser.add_argument(
        "--allow-disruptive", action="store_true", help="run checks that others on the target may notice"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show every clause")


def command(options: argparse.Namespace) -> int:
    """Run, report, and give the exit code. Raises ValueError for bad flags."""
    console = Console(highlight=False)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as ^C does: cleaned up, and in the log
    target = parse(options.target)
    budget = BUDGETS[options.budget]
    selection = select(budget, options.profile, options.check)
    excused = known.load(options.known_failures, datetime.now(UTC).date()) if options.known_failures else []
    seed = options.seed if options.seed is not None else secrets.randbelow(2**32)
    folder = options.report
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        log = EventLog((folder or Path(scratch)) / files.LOG)
        try:
            with target.open() as doors:
                context, observation = open_context(doors, allow_disruptive=options.allow_disruptive)
                console.print(
                    f"judging {target.name}: {len(selection.checks)} checks, budget {budget.name}, seed {seed}",
                    soft_wrap=True,
                )
                plan = Plan(target.name, budget, seed, selection, options.workers, excused)
                score = run(plan, context, observation, log, _progress(console))
        except TargetError as error:
            console.print(f"[bold red]no verdict[/]: {error}", soft_wrap=True)
            return ExitCode.HARNESS
        finally:
            log.close()
        terminal.summary(console, log.events, score, every_clause=options.verbose or budget.name == "smoke")
        if folder is not None:
            written = [folder / files.LOG, *files.write(folder, log.events, log.head, score)]
            console.print(f"wrote {', '.join(str(path) for path in written)}", soft_wrap=True, style="dim")
    return score.exit_code


def _progress(console: Console):  # type: ignore[no-untyped-def]
    def show(outcome: CheckOutcome, done: int, total: int) -> None:
        verdict = worst(outcome.verdicts.values())
        if verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN):
            console.print(
                f"  [{done:>3}/{total}] [{terminal.STYLE[verdict]}]{verdict.value}[/] {outcome.check} ({outcome.seconds:.1f} s)",
                soft_wrap=True,
            )

    return show
