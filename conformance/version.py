"""Which release this is, and of which commit: what ``--version`` prints."""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conformance import __version__

_HOUSE = Path(__file__).parent
GIT_SECONDS = 5.0


def commit() -> str:
    """The commit: of the build for an installed wheel, of git for a checkout (``-dirty`` when files are changed), else nothing."""
    noted = _HOUSE / "_commit.txt"  # written by hatch_build.py
    if noted.is_file():
        return noted.read_text().strip()
    root = _HOUSE.parent
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def described(program: str) -> str:
    """One line: program, release, commit where it is known."""
    known = commit()
    return f"{program} {__version__} ({known})" if known else f"{program} {__version__}"


class Version(argparse.Action):
    """``--version``, which asks git only when it is given."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help="print the release and commit")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print and end."""
        print(described(parser.prog))  # noqa: T201 - it is asked for
        parser.exit()
