"""``ma-conformance zoo``: which of the emulator's known lies the suite sees, and by which check."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance.engine.budget import BUDGETS
from conformance.verdict import ExitCode

KILLED, BY_OTHERS, SURVIVED, IDLE = "killed", "killed by others", "survived", "never exercised"
STYLE = {KILLED: "green", BY_OTHERS: "yellow", SURVIVED: "bold red", IDLE: "bold red"}
SECONDS = 300


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
    """Print the kill matrix: 0 when every lie is killed by its named check, else 1."""
    console = Console(highlight=False)
    lies = _lies()
    chosen = [name for name in options.only.split(",") if name]
    unknown = sorted(set(chosen) - {lie["name"] for lie in lies})
    if unknown:
        raise ValueError(f"unknown fault {unknown[0]!r}: known are {', '.join(lie['name'] for lie in lies)}")
    lies = [lie for lie in lies if not chosen or lie["name"] in chosen]
    with ThreadPoolExecutor(max(1, options.workers)) as pool:
        rows = []
        for row in pool.map(lambda lie: _try(lie, options), lies):
            rows.append(row)
            seen = f" (convicted: {', '.join(row.convicted)})" if row.fate == BY_OTHERS else ""
            console.print(
                f"[{STYLE[row.fate]}]{row.fate:16}[/] {row.name:24} {row.check:24} {row.clause}{seen}", soft_wrap=True
            )
    killed = sum(row.fate == KILLED for row in rows)
    console.print(f"\n{killed} of {len(rows)} lies are killed by their named check")
    if options.json is not None:
        score = {"killed": killed, "lies": len(rows), "budget": options.budget, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(score, indent=1) + "\n", encoding="utf-8")
    return ExitCode.CONFORMANT if killed == len(rows) else ExitCode.NOT_CONFORMANT


def _lies() -> list[dict[str, Any]]:
    """What the emulator says of its lies; it is asked as any program would."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "emulator", "faults", "--json"],
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
    """Judge a plane that tells one lie."""
    with tempfile.TemporaryDirectory() as scratch:
        report, told = Path(scratch, "report"), Path(scratch, "told")
        words = [
            "run",
            "--target",
            f"emulator:fault={lie['name']}",
            "--budget",
            options.budget,
            "--seed",
            str(options.seed),
        ]
        words += ["--report", str(report)] + ([] if options.all_checks else ["--check", lie["check"]])
        subprocess.run(
            [sys.executable, "-m", "conformance", *words],
            env={**os.environ, "MA_FAULT_LOG": str(told)},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        path = report / "report.json"
        clauses = json.loads(path.read_text())["clauses"] if path.is_file() else []
        convicted = {
            one["trouble"]["check"] for one in clauses if one["verdict"] in ("fail", "warn") and "trouble" in one
        }
        exercised = told.is_file() and lie["name"] in told.read_text().split()
    fate = KILLED if lie["check"] in convicted else BY_OTHERS if convicted else SURVIVED if exercised else IDLE
    return Row(lie["name"], lie["clause"], lie["check"], fate, sorted(convicted))
