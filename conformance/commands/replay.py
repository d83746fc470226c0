"""``ma-conformance replay``: drive a target through a counterexample again. No Hypothesis, no drawing, no shrinking."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from conformance.checks.register import CHECKS
from conformance.driver.errors import TargetError
from conformance.engine.case import run_case
from conformance.engine.events import LogError, load
from conformance.engine.observe import open_context
from conformance.report.counterexample import FORMAT, counterexamples
from conformance.report.transcript import transcript
from conformance.targets.parse import KINDS, parse
from conformance.verdict import ExitCode, Verdict, exit_code, worst


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a counterexample (CHECK.json of a report), or the events.jsonl of a run",
    )
    parser.add_argument("--target", required=True, metavar="TARGET", help=KINDS)
    parser.add_argument(
        "--cleanup-command", default="", metavar="CMD", help="for counterexamples about your own cleanup, as for `run`"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="without the commands")


def command(options: argparse.Namespace) -> int:
    """Replay. 0: what was broken holds here; 1: it is broken here as well; otherwise as ``run``."""
    found = _cases(options.file)
    verdicts = []
    try:
        with parse(options.target).open() as doors:
            context, _ = open_context(doors, cleanup_command=options.cleanup_command)
            for number, one in enumerate(found, 1):
                outcome = run_case(CHECKS[one["check"]], context, number, one["case"])
                trouble = outcome.trouble
                verdicts.append(trouble.verdict if trouble else Verdict.PASS)
                if not options.quiet:
                    sys.stdout.write(transcript(outcome.exchanges) + "\n")
                sys.stdout.write(f"{verdicts[-1].value}: {one['check']}\n")
                if trouble is not None:
                    sys.stdout.write(
                        f"  clause   {trouble.clause}\n  expected {trouble.expected}\n  observed {trouble.observed}\n"
                    )
    except TargetError as error:
        sys.stderr.write(f"ma-conformance replay: {error}\n")
        return ExitCode.HARNESS
    return exit_code(worst(verdicts), leaked=False)


def _cases(path: Path) -> list[dict[str, Any]]:
    """The counterexamples of a file. Raises ValueError when it has none, or they are not for this suite."""
    try:
        if path.suffix == ".jsonl":
            found = [one for one, _ in counterexamples(load(path)[0])]
        else:
            found = [json.loads(path.read_text(encoding="utf-8"))]
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except (LogError, ValueError) as error:
        raise ValueError(f"{path} is no counterexample and no event log: {error}") from error
    for one in found:
        if not isinstance(one, dict) or one.get("format") != FORMAT or "case" not in one:
            raise ValueError(f"{path} is no counterexample: give CHECK.json of a report, or its events.jsonl")
        if one.get("check") not in CHECKS:
            raise ValueError(f"{path}: this suite has no check {one.get('check')!r}: see `ma-conformance list`")
    if not found:
        raise ValueError(f"{path} has no counterexample: no check of that run failed")
    return found
