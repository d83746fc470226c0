"""``ma-emulator crds``: Michelangelo's definitions, as its API server installs them: ``ma-emulator crds | kubectl apply -f -``."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from emulator.config import DIALECTS


def options(commands: Any) -> None:
    """Add the command's words."""
    command = commands.add_parser(
        "crds", help="print Michelangelo's definitions: ma-emulator crds | kubectl apply -f -"
    )
    command.add_argument(
        "--dialect",
        choices=DIALECTS,
        help="how Model fields are spelled (default: the plane's of the environment, or guide)",
    )


def run(options: argparse.Namespace) -> int:
    """Print them."""
    import yaml

    from emulator.michelangelo.crds import documents

    around = os.environ.get("MA_DIALECT", "")
    dialect = options.dialect or (around if around in DIALECTS else DIALECTS[0])
    sys.stdout.write(yaml.safe_dump_all(documents(dialect), sort_keys=False))
    return 0
