"""``report.json``: the verdicts of a run and what they rest on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from conformance.engine.events import Event
from conformance.engine.scoring import Score

FORMAT = "michelangelo-conformance-report/1"


def document(events: Sequence[Event], head: str, score: Score) -> dict[str, Any]:
    """The report as one JSON value."""
    run = events[0]
    results = {event["check"]: event for event in events if event["event"] == "result"}
    end = events[-1] if events[-1]["event"] == "end" else {}
    return {
        "format": FORMAT,
        "verdict": score.verdict.value,
        "exit_code": int(score.exit_code),
        "suite": run["suite"],
        "run_id": run["run_id"],
        "target": run["target"],
        "fingerprint": run["fingerprint"],
        "dialect": run["dialect"],
        "budget": run["budget"],
        "seed": run["seed"],
        "started": run["started"],
        "seconds": end.get("seconds"),
        "log": {"events": len(events), "digest": f"sha256:{head}"},
        "profiles": {name: verdict.value for name, verdict in score.profiles.items()},
        "counts": counts(score),
        "clauses": [
            {
                "id": one.clause.id,
                "section": one.clause.section,
                "profile": one.clause.profile.value,
                "level": one.clause.level.value,
                "force": one.clause.force.value,
                "text": one.clause.text,
                "verdict": one.verdict.value,
                "checks": {check: verdict.value for check, verdict in one.checks.items()},
                **({"note": one.note} if one.note else {}),
                **_trouble(one.clause.id, one.checks, results),
            }
            for one in score.clauses.values()
        ],
        "complaints": score.notes,
        "leaked": list(score.leaked),
    }


def _trouble(clause: str, checks: dict[str, Any], results: dict[str, Event]) -> dict[str, Any]:
    for check in checks:
        trouble = results[check].get("trouble")
        if trouble and trouble["clause"] == clause:
            return {"trouble": {**trouble, "check": check, "case": results[check]["evidence"]}}
    return {}


def counts(score: Score) -> dict[str, int]:
    """How many clauses have each verdict; verdicts that none has are left out."""
    found: dict[str, int] = {}
    for one in score.clauses.values():
        found[one.verdict.value] = found.get(one.verdict.value, 0) + 1
    return found


def text(events: Sequence[Event], head: str, score: Score) -> str:
    """The report as it is written to its file."""
    return json.dumps(document(events, head, score), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
