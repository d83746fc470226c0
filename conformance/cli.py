"""``ma-conformance``: judge a control plane against the operator guide."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from conformance import __version__
from conformance.errors import HarnessError, UsageError
from conformance.spec.register import CLAUSES, PROFILES
from conformance.verdict import HARNESS, LEAKED, USAGE, exit_code

BUDGETS = ("smoke", "standard", "deep")


class _Parser(argparse.ArgumentParser):
    """argparse whose usage errors end with 3."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(prog="ma-conformance", description="Judges a Michelangelo control plane against the operator guide.")
    top.add_argument("--version", action="version", version=f"ma-conformance {__version__}")
    commands = top.add_subparsers(dest="command", required=True, parser_class=_Parser, metavar="COMMAND")
    run = commands.add_parser("run", help="judge a target")
    run.add_argument("--target", required=True, help="emulator[:fault=NAME] or kubeconfig:PATH[#CONTEXT][,s3=URL][,rpc=HOST:PORT]")
    run.add_argument("--budget", choices=BUDGETS, default="smoke", help="how hard to try (default: smoke)")
    run.add_argument("--seed", type=int, help="repeat a run's choices (default: a fresh one, printed)")
    run.add_argument("--report", type=Path, metavar="DIR", help="write events.jsonl, junit.xml and report.json there")
    run.add_argument("--profile", action="append", default=[], metavar="P", help=f"judge only this profile: {', '.join(PROFILES)}")
    listed = commands.add_parser("list", help="list the clauses")
    listed.add_argument("--format", choices=("table", "json"), default="table")
    explain = commands.add_parser("explain", help="say what a clause promises, and where the guide says it")
    explain.add_argument("clause")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the answer is the exit code."""
    options = parser().parse_args(argv)
    try:
        return {"run": _run, "list": _list, "explain": _explain}[options.command](options)
    except UsageError as error:
        sys.stderr.write(f"ma-conformance: {error}\n")
        return USAGE
    except HarnessError as error:
        sys.stderr.write(f"ma-conformance: no verdict: {error}\n")
        return HARNESS
    except KeyboardInterrupt:
        sys.stderr.write("ma-conformance: interrupted: no verdict\n")
        return 130


def _run(options: argparse.Namespace) -> int:
    from conformance.checks.session import BUDGETS as EXAMPLES
    from conformance.checks.session import Session
    from conformance.report import files, terminal
    from conformance.run import Result, chosen, run
    from conformance.targets.parse import parse

    for profile in options.profile:
        if profile not in PROFILES:
            raise UsageError(f"unknown profile {profile!r}: known are {', '.join(PROFILES)}")
    target = parse(options.target)
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    started = time.monotonic()
    with target.open() as endpoints:
        session = Session(endpoints, EXAMPLES[options.budget], seed)
        try:
            session.observe()
            sys.stdout.write(f"{target.name} (dialect: {session.dialect}, budget: {options.budget}, seed: {seed})\n\n")
            result = Result(target.name, session.dialect, options.budget, seed)
            result.outcomes = run(session, chosen(options.profile), terminal.progress)
            result.leaks = session.leaks()
        finally:
            session.close()
    if options.report is not None:
        files.write(options.report, result, session.history)
    sys.stdout.write(f"\n{terminal.summary(result, time.monotonic() - started)}\n")
    if options.report is not None:
        sys.stdout.write(f"report: {options.report}/report.json, junit.xml, events.jsonl\n")
    if result.leaks:
        sys.stderr.write(f"ma-conformance: left behind on the target: {', '.join(result.leaks)}\n")
    code = exit_code(result.verdict(clause) for clause in result.clauses)
    return LEAKED if code == 0 and result.leaks else code


def _list(options: argparse.Namespace) -> int:
    if options.format == "json":
        rows = [{"id": c.id, "section": c.section, "profile": c.profile, "sentence": c.sentence} for c in CLAUSES.values()]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    for clause in CLAUSES.values():
        sys.stdout.write(f"{clause.id:36} {clause.profile:12} {clause.sentence}\n")
    return 0


def _explain(options: argparse.Namespace) -> int:
    clause = CLAUSES.get(options.clause)
    if clause is None:
        raise UsageError(f"unknown clause {options.clause!r}: `ma-conformance list` shows all {len(CLAUSES)}")
    sys.stdout.write(f"{clause.id}\n\n  {clause.sentence}\n\n  guide:   {clause.section}\n")
    sys.stdout.write(f"  profile: {clause.profile} ({clause.level.value}, {clause.force.value})\n")
    return 0
