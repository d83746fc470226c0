"""``ma-conformance diff``: what changed between two certificates."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance.certificate import envelope
from conformance.certificate.difference import difference
from conformance.verdict import ExitCode


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("old", type=Path, metavar="OLD", help="a certificate.json")
    parser.add_argument("new", type=Path, metavar="NEW", help="a later one")


def command(options: argparse.Namespace) -> int:
    """Print what changed: 0 when nothing regressed, 1 when something did or evidence became weaker."""
    console = Console(highlight=False)
    found = difference(_statement(options.old), _statement(options.new))
    if not found:
        console.print("no difference")
    for heading, lines in found.items():
        console.print(f"[bold]{heading}[/]")
        for line in lines:
            console.print(f"  {line}", soft_wrap=True, markup=False)
    worse = {"regressed", "evidence weakened", "no longer judged"} & set(found)
    return ExitCode.NOT_CONFORMANT if worse else ExitCode.CONFORMANT


def _statement(path: Path) -> dict[str, Any]:
    try:
        return envelope.open_envelope(json.loads(path.read_text()), None)[0]
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except (json.JSONDecodeError, envelope.EnvelopeError) as error:
        raise ValueError(f"{path}: {error}") from None
