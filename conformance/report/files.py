"""``events.jsonl``, ``junit.xml`` and ``report.json`` of a run."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from conformance.driver.history import History
from conformance.run import Outcome, Result
from conformance.spec.register import CLAUSES
from conformance.verdict import Verdict

FORMAT = "michelangelo-conformance/1"
ZERO = "0" * 64


def chain(previous: str, line: dict[str, Any]) -> str:
    """The digest of a log line, with everything before it in it."""
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{previous}{text}".encode()).hexdigest()


def write_events(path: Path, history: History) -> str:
    """The event log: a line per exchange, each with the digest of all before; the last digest is the answer."""
    digest = ZERO
    with path.open("w") as file:
        for number, exchange in enumerate(history):
            line = {"number": number, **exchange.as_dict()}
            digest = chain(digest, line)
            file.write(json.dumps({**line, "digest": digest}, default=str) + "\n")
    return digest


def document(result: Result, events_digest: str) -> dict[str, Any]:
    """The report as a document."""
    clauses = []
    for identifier in result.clauses:
        clause = CLAUSES[identifier]
        outcomes = [outcome for outcome in result.outcomes if identifier in outcome.verdicts]
        clauses.append(
            {
                "id": identifier,
                "sentence": clause.sentence,
                "section": clause.section,
                "profile": clause.profile,
                "level": clause.level.value,
                "force": clause.force.value,
                "verdict": result.verdict(identifier).value,
                "checks": [_check(outcome) for outcome in outcomes],
            }
        )
    return {
        "format": FORMAT,
        "target": result.target,
        "dialect": result.dialect,
        "budget": result.budget,
        "seed": result.seed,
        "verdict": result.overall.value,
        "clauses": clauses,
        "leaks": result.leaks,
        "events": {"file": "events.jsonl", "digest": events_digest},
    }


def _check(outcome: Outcome) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": outcome.check.name, "seconds": round(outcome.seconds, 3)}
    if outcome.note:
        shown["note"] = outcome.note
    if outcome.finding is not None:
        finding = outcome.finding
        shown["finding"] = {
            "clause": finding.clause,
            "symptom": finding.symptom,
            "expected": finding.expected,
            "observed": finding.observed,
        }
    return shown


def junit(result: Result) -> bytes:
    """The run as a JUnit test suite: a test case per clause."""
    suite = ElementTree.Element("testsuite", name="ma-conformance", tests=str(len(result.clauses)))
    failures = errors = skipped = 0
    for identifier in result.clauses:
        verdict = result.verdict(identifier)
        outcomes = [outcome for outcome in result.outcomes if identifier in outcome.verdicts]
        seconds = sum(outcome.seconds for outcome in outcomes)
        case = ElementTree.SubElement(suite, "testcase", name=identifier, classname=CLAUSES[identifier].profile, time=f"{seconds:.3f}")
        text = "; ".join(describe(outcome) for outcome in outcomes if describe(outcome))
        if verdict is Verdict.FAIL:
            failures += 1
            ElementTree.SubElement(case, "failure", message=text)
        elif verdict in (Verdict.ERROR, Verdict.UNKNOWN):
            errors += 1
            ElementTree.SubElement(case, "error", message=text or verdict.value)
        elif verdict is Verdict.NOT_APPLICABLE:
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=text)
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("skipped", str(skipped))
    return ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)


def describe(outcome: Outcome) -> str:
    """What a check has to say, in a sentence."""
    if outcome.finding is not None:
        finding = outcome.finding
        return f"{finding.symptom}: expected {finding.expected!r}, observed {finding.observed!r}"
    return outcome.note


def write(folder: Path, result: Result, history: History) -> None:
    """Write all three files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = write_events(folder / "events.jsonl", history)
    text = json.dumps(document(result, digest), indent=2, ensure_ascii=False, default=str)
    (folder / "report.json").write_text(text + "\n")
    (folder / "junit.xml").write_bytes(junit(result))
