"""``junit.xml``: one test case per clause and check, for CI servers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from conformance.engine.events import Event
from conformance.engine.scoring import Score
from conformance.verdict import Verdict

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def text(events: Sequence[Event], score: Score) -> str:
    """The report as JUnit XML. Verdicts that decide nothing are skipped cases with their reason, never passes."""
    results = {event["check"]: event for event in events if event["event"] == "result"}
    root = ElementTree.Element("testsuites", name="ma-conformance")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for profile in score.profiles:
        suite = ElementTree.SubElement(root, "testsuite", name=profile)
        own = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for one in score.clauses.values():
            if one.clause.profile != profile:
                continue
            for check, verdict in one.checks.items() or [("not judged", one.verdict)]:
                seconds = results[check]["seconds"] if check in results else 0.0
                case = ElementTree.SubElement(
                    suite, "testcase", classname=one.clause.id, name=check, time=f"{seconds:.3f}"
                )
                own["tests"] += 1
                said = _said(results.get(check), one.clause.id) or one.note or one.clause.text
                kind = _kind(verdict, one.verdict)
                if kind:
                    tag, total = kind
                    own[total] += 1
                    ElementTree.SubElement(case, tag, message=_xml(said), type=verdict.value).text = _xml(
                        one.clause.text
                    )
        for name, number in own.items():
            suite.set(name, str(number))
            totals[name] += number
    for name, number in totals.items():
        root.set(name, str(number))
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _kind(verdict: Verdict, of_clause: Verdict) -> tuple[str, str] | None:
    if of_clause is Verdict.EXPECTED_FAIL:
        return "skipped", "skipped"
    if verdict is Verdict.FAIL:
        return "failure", "failures"
    if verdict is Verdict.ERROR:
        return "error", "errors"
    if verdict in (Verdict.UNKNOWN, Verdict.NOT_APPLICABLE, Verdict.NOT_SCORED):
        return "skipped", "skipped"
    return None


def _said(result: Event | None, clause: str) -> str:
    trouble = (result or {}).get("trouble")
    if not trouble:
        return str((result or {}).get("note", ""))
    if trouble["clause"] != clause:
        return f"not reached: {trouble['clause']} is broken first"
    return f"expected {trouble['expected']}; observed {trouble['observed']}"
