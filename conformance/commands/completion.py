"""``ma-conformance completion SHELL``."""

from __future__ import annotations

import argparse
import sys

from conformance.completion import SHELLS, script


def options(parser: argparse.ArgumentParser) -> None:
    """The words."""
    parser.add_argument("shell", choices=SHELLS)


def command(options: argparse.Namespace) -> int:
    """Print the script."""
    from conformance import cli
    from conformance.checks.register import CHECKS
    from conformance.spec.clause import Profile
    from conformance.spec.register import CLAUSES

    ids = [*CHECKS, *CLAUSES]
    words = {"--check": ids, "--profile": [profile.value for profile in Profile], "name": ids}
    sys.stdout.write(script(cli.parser(), options.shell, words) + "\n")
    return 0
