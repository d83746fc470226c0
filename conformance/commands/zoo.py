"""``ma-conformance zoo``: which of the emulator's known lies the suite sees, and by which check."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance.driver.errors import TargetError
from conformance.engine.budget import BUDGETS
from conformance.engine.events import EventLog
from conformance.engine.observe import open_context
from conformance.engine.selection import select
from conformance.engine.session import Plan, run
from conformance.report.document import document
from conformance.targets.emulator import EmulatorTarget
from conformance.verdict import ExitCode

KILLED, BY_OTHERS, SURVIVED, IDLE = "killed", "killed by others", "survived", "never exercised"
STYLE = {KILLED: "green", BY_OTHERS: "yellow", SURVIVED: "bold red", IDLE: "bold red"}


@dataclass(frozen=True, slots=True)
class Row:
    """One lie: what it breaks, who should see it, and what came of it."""

    name: str
    clause: str
    check: str
    fate: str
    convicted: list[str]


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("--budget", choices=sorted(BUDGETS), default="standard", help="default: standard")
    parser.add_argument("--only", default="", metavar="A,B", help="these lies only")
    parser.add_argument("--all-checks", action="store_true", help="run every check on each, not only the named one")
    parser.add_argument("-n", "--workers", type=int, default=1, metavar="N", help="planes at a time (default: 1)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the score there, for `certify --zoo`")


def command(options: argparse.Namespace) -> int:
    """Print the kill matrix: 0 when every lie is killed by its named check, else 1; 4 when a plane does not come up."""
    console = Console(highlight=False)
    lies = _lies()
    chosen = [name for name in options.only.split(",") if name]
    unknown = sorted(set(chosen) - {lie["name"] for lie in lies})
    if unknown:
        raise ValueError(f"unknown fault {unknown[0]!r}: known are {', '.join(lie['name'] for lie in lies)}")
    lies = [lie for lie in lies if not chosen or lie["name"] in chosen]
    with ThreadPoolExecutor(max(1, options.workers)) as pool:
        rows = []
        try:
            for row in pool.map(lambda lie: _try(lie, options), lies):
                rows.append(row)
                seen = f" (convicted: {', '.join(row.convicted)})" if row.fate == BY_OTHERS else ""
                console.print(
                    f"[{STYLE[row.fate]}]{row.fate:16}[/] {row.name:24} {row.check:24} {row.clause}{seen}",
                    soft_wrap=True,
                )
        except TargetError as error:
            pool.shutdown(cancel_futures=True)
            console.print(f"[bold red]no score[/]: {error}", soft_wrap=True)
            return ExitCode.HARNESS
    killed = sum(row.fate == KILLED for row in rows)
    console.print(f"\n{killed} of {len(rows)} lies are killed by their named check")
    if options.json is not None:
        score = {"killed": killed, "lies": len(rows), "budget": options.budget, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(score, indent=1) + "\n", encoding="utf-8")
    return ExitCode.CONFORMANT if killed == len(rows) else ExitCode.NOT_CONFORMANT


@cache
def _lies() -> list[dict[str, Any]]:
    """What the emulator says of its lies; it is asked as any program would."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "emulator", "faults", "--json"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ValueError(f"the emulator does not say which lies it knows: {error}") from None
    lies: list[dict[str, Any]] = json.loads(done.stdout)
    return lies


def _try(lie: dict[str, Any], options: argparse.Namespace) -> Row:
    """Judge a plane that tells one lie. The suite runs here, the plane in a process of its own."""
    budget = replace(BUDGETS[options.budget], shrink_seconds=0.0)  # nobody reads these counterexamples
    selection = select(budget, (), () if options.all_checks else (lie["check"],))
    with tempfile.TemporaryDirectory() as scratch:
        told = Path(scratch, "told")
        target = EmulatorTarget((lie["name"],), fault_log=told)
        log = EventLog()
        with target.open() as doors:
            context, observation = open_context(doors)
            plan = Plan(target.name, budget, options.seed, selection)
            score = run(plan, context, observation, log, lambda *_: None)
        exercised = told.is_file() and lie["name"] in told.read_text().split()
    clauses = document(log.events, log.head, score)["clauses"]
    convicted = {one["trouble"]["check"] for one in clauses if one["verdict"] in ("fail", "warn") and "trouble" in one}
    fate = KILLED if lie["check"] in convicted else BY_OTHERS if convicted else SURVIVED if exercised else IDLE
    return Row(lie["name"], lie["clause"], lie["check"], fate, sorted(convicted))
