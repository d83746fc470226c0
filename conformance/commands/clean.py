"""``ma-conformance clean``: remove what an earlier run left behind."""

from __future__ import annotations

import argparse
import re
import sys

from conformance.driver.errors import TargetError
from conformance.engine.observe import open_context
from conformance.engine.sweep import runs, sweep
from conformance.targets.parse import KINDS, parse
from conformance.verdict import ExitCode

RUN_ID = re.compile(r"\A[a-z0-9]{4,32}\Z")


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("--target", required=True, metavar="TARGET", help=KINDS)
    parser.add_argument(
        "--run-id",
        default="",
        metavar="ID",
        help="the run to clean up after (default: only tell which runs left something)",
    )
    parser.add_argument("--dry-run", action="store_true", help="tell what would be deleted and change nothing")


def command(options: argparse.Namespace) -> int:
    """Clean up. 0: nothing of the run is left; 4: the target cannot be reached; 5: something would not go, or is still there."""
    if options.run_id and not RUN_ID.match(options.run_id):
        raise ValueError(
            f"{options.run_id!r} is no run id: a report says it, and `ma-conformance clean` without --run-id lists them"
        )
    try:
        with parse(options.target).open() as doors:
            context, _ = open_context(doors, run_id=options.run_id)
            if not options.run_id:
                return _tell(runs(context))
            swept = sweep(context, dry_run=options.dry_run)
    except TargetError as error:
        sys.stderr.write(f"ma-conformance clean: {error}\n")
        return ExitCode.HARNESS
    verb = "would be deleted" if options.dry_run else "deleted"
    sys.stdout.writelines(f"{verb}: {path}\n" for path in swept.found)
    sys.stdout.writelines(f"refused: {reason}\n" for reason in swept.refused)
    sys.stdout.write(
        f"run {options.run_id}: {len(swept.found) - len(swept.refused)} {verb}, {len(swept.refused)} refused\n"
    )
    return ExitCode.LEAKED if swept.refused or (options.dry_run and swept.found) else ExitCode.CONFORMANT


def _tell(found: dict[str, int]) -> int:
    for run, count in sorted(found.items()):
        sys.stdout.write(f"run {run} left {count} objects: ma-conformance clean --run-id {run} --target ...\n")
    if not found:
        sys.stdout.write("no run left anything\n")
    return ExitCode.LEAKED if found else ExitCode.CONFORMANT
