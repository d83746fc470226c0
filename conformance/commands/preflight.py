"""``ma-conformance preflight``: tells whether a target can be judged."""

from __future__ import annotations

import argparse
import sys

from conformance.driver.errors import TargetError
from conformance.engine.observe import open_context
from conformance.engine.preflight import preflight
from conformance.targets.parse import KINDS, parse
from conformance.verdict import ExitCode

NOT_READY = 1


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("--target", required=True, metavar="TARGET", help=KINDS)


def command(options: argparse.Namespace) -> int:
    """Ask, and change nothing. 0: it can be judged; 1: a permission is missing; 4: it cannot be reached."""
    try:
        with parse(options.target).open() as doors:
            context, observation = open_context(doors)
            items = preflight(context)
    except TargetError as error:
        sys.stderr.write(f"ma-conformance preflight: {error}\n")
        return ExitCode.HARNESS
    for name, value in observation.fingerprint.items():
        sys.stdout.write(f"{name}: {value or 'none'}\n")
    sys.stdout.write(f"dialect: {context.facts.dialect.spelling.value}\n\n")
    for item in items:
        mark = "yes" if item.there else "NO" if item.required else "no"
        sys.stdout.write(f"{mark:<4} {item.name:<58} {item.why}\n")
    missing = [item.name for item in items if item.required and not item.there]
    without = [item.name for item in items if not item.required and not item.there]
    if without:
        sys.stdout.write(f"\nwithout {', '.join(without)}, what needs them is not applicable\n")
    sys.stdout.write(f"\nmissing: {', '.join(missing)}\n" if missing else "\nready to be judged\n")
    return NOT_READY if missing else ExitCode.CONFORMANT
