"""``ma-conformance verify``: whether a certificate is to be believed."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from conformance.certificate import envelope
from conformance.certificate.verification import verify
from conformance.engine.events import LogError, load
from conformance.verdict import ExitCode


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("certificate", type=Path, metavar="CERT", help="certificate.json")
    parser.add_argument(
        "--log", type=Path, metavar="LOG", help="the run's events.jsonl: the verdicts are computed anew"
    )
    parser.add_argument("--public-key", type=Path, metavar="PEM", help="whose signature it has to be")
    parser.add_argument("--max-age-days", type=int, default=365, metavar="N", help="default: 365")


def command(options: argparse.Namespace) -> int:
    """Say whether it holds, and why not: 0 when it does, 1 when it does not."""
    console = Console(highlight=False)
    for path in (options.certificate, options.log, options.public_key):
        if path is not None and not path.is_file():
            raise ValueError(f"there is no file {path}")
    trusted = envelope.public_key(options.public_key) if options.public_key else None
    try:
        statement, key = envelope.open_envelope(json.loads(options.certificate.read_text()), trusted)
        log = load(options.log) if options.log else None
    except (envelope.EnvelopeError, json.JSONDecodeError, LogError) as error:
        console.print(f"[bold red]refused[/]: {error}", soft_wrap=True)
        return ExitCode.NOT_CONFORMANT
    found = verify(statement, log, datetime.now(UTC), timedelta(days=options.max_age_days))
    for text in found.refusals:
        console.print(f"[bold red]refused[/]: {text}", soft_wrap=True)
    for text in found.remarks:
        console.print(f"[yellow]note[/]: {text}", soft_wrap=True)
    if trusted is None:
        console.print(
            "[yellow]note[/]: without --public-key it is whole, but nobody vouches for the signer", soft_wrap=True
        )
    if found.refusals:
        return ExitCode.NOT_CONFORMANT
    console.print(
        f"[green]holds[/]: {statement['subject'][0]['name']} is {found.verdict.value} (key {key[:16]})", soft_wrap=True
    )
    return ExitCode.CONFORMANT
