"""Writes the files of a report next to its event log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from conformance.engine.events import Event
from conformance.engine.scoring import Score
from conformance.report import counterexample, document, junit, page

LOG = "events.jsonl"
COUNTEREXAMPLES = "counterexamples"


def make(folder: Path) -> None:
    """Make a report's folder. Raises ValueError with a sentence when nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOG).touch()
    except OSError as error:
        raise ValueError(f"--report {folder}: cannot write there: {error.strerror}") from None


def write(folder: Path, events: Sequence[Event], head: str, score: Score) -> list[Path]:
    """Write everything that is computed from events; the log itself is there already. Raises OSError."""
    files = {
        "report.json": document.text(events, head, score),
        "junit.xml": junit.text(events, score),
        "report.html": page.text(events, head, score),
    }
    shown = counterexample.files(events)
    if shown:
        (folder / COUNTEREXAMPLES).mkdir(exist_ok=True)
    files |= {f"{COUNTEREXAMPLES}/{name}": content for name, content in shown.items()}
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in files]
