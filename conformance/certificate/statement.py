"""What is certified: an in-toto Statement about a target, with our own predicate, computed from a run's events alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from conformance.engine.events import Event
from conformance.engine.scoring import Score
from conformance.spec.freeze import digest, requirements
from conformance.verdict import Verdict

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://michelangelo-emulator.dev/conformance/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"


def statement(events: Sequence[Event], head: str, score: Score, zoo: dict[str, Any] | None = None) -> dict[str, Any]:
    """The Statement of a run. *zoo*: how the suite fared with known lies (``ma-conformance zoo --json``)."""
    run = events[0]
    predicate: dict[str, Any] = {
        "verdict": score.verdict.value,
        "profiles": {name: verdict.value for name, verdict in score.profiles.items()},
        "clauses": {name: one.verdict.value for name, one in score.clauses.items()},
        "evidence": {name: len(one.checks) for name, one in score.clauses.items()},
        "requirements": requirements()["digest"],
        "suite": run["suite"],
        "target": {"name": run["target"], "dialect": run["dialect"], "fingerprint": run["fingerprint"]},
        "configuration": {
            "budget": run["budget"],
            "seed": run["seed"],
            "declared": run["declared"],
            "partial": run["partial"],
            "known_failures": [row["clause"] for row in run["known_failures"]],
        },
        "run": {"id": run["run_id"], "started": run["started"], "seconds": events[-1].get("seconds")},
        "leaked": list(score.leaked),
        "log": {"events": len(events), "digest": f"sha256:{head}"},
    }
    if zoo is not None:
        predicate["zoo"] = zoo
    return {"_type": STATEMENT, "subject": [_subject(run)], "predicateType": PREDICATE, "predicate": predicate}


def test_result(events: Sequence[Event], head: str, score: Score) -> dict[str, Any]:
    """The standard test-result predicate: passed, warned and failed clauses."""
    run = events[0]

    def named(*verdicts: Verdict) -> list[str]:
        return [name for name, one in score.clauses.items() if one.verdict in verdicts]

    result = {Verdict.PASS: "PASSED", Verdict.WARN: "WARNED", Verdict.EXPECTED_FAIL: "WARNED"}
    predicate = {
        "result": result.get(score.verdict, "FAILED"),
        "configuration": [{"name": "events.jsonl", "digest": {"sha256": head}}],
        "passedTests": named(Verdict.PASS),
        "warnedTests": named(Verdict.WARN, Verdict.EXPECTED_FAIL, Verdict.UNKNOWN),
        "failedTests": named(Verdict.FAIL, Verdict.ERROR),
    }
    return {"_type": STATEMENT, "subject": [_subject(run)], "predicateType": TEST_RESULT, "predicate": predicate}


test_result.__test__ = False  # type: ignore[attr-defined]  # a name of the standard's, not a test


def _subject(run: Event) -> dict[str, Any]:
    """The target, by what was observed of it."""
    return {"name": run["target"], "digest": {"sha256": digest(run["fingerprint"]).removeprefix("sha256:")}}


def badge(events: Sequence[Event], score: Score) -> str:
    """An SVG badge of the verdict. Only a whole run that is no smoke test can call a target conformant."""
    run = events[0]
    words = {
        Verdict.PASS: ("conformant", "#0b6b2d"),
        Verdict.WARN: ("conformant, with warnings", "#0b6b2d"),
        Verdict.EXPECTED_FAIL: ("conformant but for known failures", "#7a5200"),
        Verdict.FAIL: ("not conformant", "#b00020"),
    }
    said, colour = words.get(score.verdict, ("inconclusive", "#7a5200"))
    if score.verdict is not Verdict.FAIL and (run["partial"] or run["budget"] == "smoke" or score.leaked):
        said, colour = "inconclusive", "#7a5200"
    left, right = 11 + 7 * len("michelangelo"), 13 + 7 * len(said)
    width = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="michelangelo: {said}">'
        f"<title>{escape(run['target'])}: {said}</title>"
        f'<rect width="{left}" height="20" fill="#444"/><rect x="{left}" width="{right}" height="20" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,sans-serif" font-size="11">'
        f'<text x="6" y="14">michelangelo</text><text x="{left + 6}" y="14">{said}</text></g></svg>\n'
    )
