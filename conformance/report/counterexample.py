"""Counterexamples: for each check that convicted, a small file that replays, and the commands that show the same by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.driver.history import Exchange
from conformance.engine.events import Event
from conformance.report.transcript import transcript
from conformance.verdict import Verdict

FORMAT = "michelangelo-conformance-counterexample/1"


def counterexamples(events: Sequence[Event]) -> Iterator[tuple[dict[str, Any], str]]:
    """Pairs of the file's content and the commands."""
    run = events[0]
    cases = {(event["check"], event["number"]): event for event in events if event["event"] == "case"}
    for event in events:
        trouble = event.get("trouble") if event["event"] == "result" else None
        if not trouble or trouble["verdict"] != Verdict.FAIL.value:
            continue
        case = cases.get((event["check"], event["evidence"]))
        if case is None:
            continue
        found = {
            "format": FORMAT,
            "check": event["check"],
            "clause": trouble["clause"],
            "expected": trouble["expected"],
            "observed": trouble["observed"],
            "target": run["target"],
            "dialect": run["dialect"],
            "case": case["case"],
        }
        yield found, _commands(found, case)


def _commands(found: dict[str, Any], case: Event) -> str:
    said = [f"clause:   {found['clause']}", f"expected: {found['expected']}", f"observed: {found['observed']}"]
    comments = "".join(f"# {' '.join(line.split())}\n" for line in said)
    return comments + transcript(Exchange.from_json(value) for value in case["exchanges"]) + "\n"


def files(events: Sequence[Event]) -> dict[str, str]:
    """The files of a report's folder, by name: ``CHECK.json`` for replay and ``CHECK.sh`` for people."""
    written = {}
    for found, commands in counterexamples(events):
        written[f"{found['check']}.json"] = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
        written[f"{found['check']}.sh"] = commands
    return written
