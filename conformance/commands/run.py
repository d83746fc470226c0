"""``ma-conformance run``: judge a target."""

from __future__ import annotations

import argparse
import gc
import signal
import threading
import time
from pathlib import Path

from conformance.engine.budget import BUDGETS
from conformance.spec.clause import Profile
from conformance.targets.opening import Opening
from conformance.targets.parse import KINDS, parse

SELDOM = (20_000, 20, 100)  # when garbage is looked for: a run makes little, and Hypothesis keeps the time of each look


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
        "--declaration",
        type=Path,
        metavar="FILE",
        help="YAML of what the target claims (profiles: [registry, rbac]): those are required, the rest is judged with warnings at worst",
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
        "--certificate",
        type=Path,
        metavar="FILE",
        help="write a signed certificate there (with --signing-key; keep the log of --report with it)",
    )
    parser.add_argument(
        "--signing-key", type=Path, metavar="PEM", help="your Ed25519 key, see `ma-conformance certify --help`"
    )
    parser.add_argument(
        "--known-failures",
        type=Path,
        metavar="FILE",
        help="YAML rows of clause, owner, reason and expires: they are run, and excused while they fail; one that passes fails the run",
    )
    parser.add_argument(
        "--shrink",
        type=float,
        default=None,
        metavar="SECONDS",
        help="how long to make a counterexample smaller, which asks the target again and again (default: by budget; 0: not at all)",
    )
    parser.add_argument(
        "--cleanup-command",
        default="",
        metavar="CMD",
        help="judge your own retention cleanup, too: a shell command that finds KUBECONFIG, AWS_ENDPOINT_URL, MODELS_BUCKET and CUTOFF"
        " in its environment ({before} and {older_than} are replaced in it), works through a proxy, and is cut off anywhere",
    )
    parser.add_argument(
        "--allow-disruptive", action="store_true", help="run checks that others on the target may notice"
    )
    parser.add_argument(
        "--profile-time",
        action="store_true",
        help="say at the end where the time went: the target, S3, Hypothesis, the checks",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show every clause")


def command(options: argparse.Namespace) -> int:
    """Run, report, and give the exit code; the target comes up while what judges it is loaded. Raises ValueError for bad flags."""
    began = time.monotonic()
    gc.set_threshold(*SELDOM)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as ^C does: cleaned up, and in the log
    with Opening(parse(options.target)) as opening:
        from conformance.commands.judging import run

        return run(options, opening, began)
