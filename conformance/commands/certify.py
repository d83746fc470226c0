"""``ma-conformance certify``: sign what a run's log shows."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance.certificate import envelope
from conformance.certificate.statement import badge, statement, test_result
from conformance.certificate.verification import verify
from conformance.engine.events import LogError, load
from conformance.engine.judge import judge
from conformance.verdict import ExitCode


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument("log", type=Path, metavar="LOG", help="the events.jsonl of a run")
    parser.add_argument(
        "--key",
        type=Path,
        required=True,
        metavar="PEM",
        help="your Ed25519 key: openssl genpkey -algorithm ed25519 -out KEY",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write (default: beside the log)")
    parser.add_argument(
        "--zoo", type=Path, metavar="FILE", help="the score of `ma-conformance zoo --json`, to be certified as well"
    )


def command(options: argparse.Namespace) -> int:
    """Judge the log anew, sign what came of it, and give the verdict's exit code; 4 when the log is not to be trusted."""
    console = Console(highlight=False)
    key = envelope.private_key(_readable(options.key))
    zoo: dict[str, Any] | None = json.loads(_readable(options.zoo).read_text()) if options.zoo else None
    try:
        events, head = load(_readable(options.log))
    except LogError as error:
        console.print(f"[bold red]no certificate[/]: {error}", soft_wrap=True)
        return ExitCode.HARNESS
    judgement = judge(events)
    if judgement.differences:
        for difference in judgement.differences:
            console.print(f"[bold red]no certificate[/]: {difference}", soft_wrap=True)
        return ExitCode.HARNESS
    folder = options.out or options.log.parent
    folder.mkdir(parents=True, exist_ok=True)
    certified = statement(judgement.events, head, judgement.score, zoo)
    files = {
        "certificate.json": _text(envelope.seal(certified, key)),
        "test-result.json": _text(envelope.seal(test_result(judgement.events, head, judgement.score), key)),
        "badge.svg": badge(judgement.events, judgement.score),
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    console.print(
        f"signed by key {envelope.key_id(key.public_key())[:16]}: {judgement.score.verdict.value}", soft_wrap=True
    )
    for refusal in verify(certified, None, datetime.now(UTC)).refusals:
        console.print(f"[yellow]verify will refuse it[/]: {refusal}", soft_wrap=True)
    console.print(f"wrote {', '.join(str(folder / name) for name in files)}", soft_wrap=True, style="dim")
    return judgement.score.exit_code


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1) + "\n"
