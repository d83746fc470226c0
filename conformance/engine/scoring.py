"""From events to verdicts: per clause, per profile, overall. Pure; the same for a live run, a saved log and a certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.engine.events import Event
from conformance.spec.clause import Clause, Force, Level
from conformance.spec.register import CLAUSES
from conformance.verdict import ExitCode, Verdict, exit_code, worst

UNDECLARED = "not declared by the target, and there: judged with warnings at worst"
OUTSIDE = (Verdict.NOT_APPLICABLE, Verdict.NOT_SCORED)


@dataclass(slots=True)
class ClauseScore:
    """A clause's verdict, and what it rests on."""

    clause: Clause
    verdict: Verdict
    checks: dict[str, Verdict] = field(default_factory=dict)  # by check
    note: str = ""

    @property
    def required(self) -> bool:
        """Whether a profile needs it."""
        return self.clause.level is Level.CORE and self.clause.unchecked is None


@dataclass(slots=True)
class Score:
    """The verdicts of a run."""

    clauses: dict[str, ClauseScore]
    profiles: dict[str, Verdict]
    verdict: Verdict
    leaked: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        """How the run ends."""
        return exit_code(self.verdict, leaked=bool(self.leaked))

    def count(self, verdict: Verdict) -> int:
        """How many clauses have a verdict."""
        return sum(score.verdict is verdict for score in self.clauses.values())


def score(events: Sequence[Event]) -> Score:
    """The verdicts that the events of a run amount to."""
    head = events[0]
    results = [event for event in events if event["event"] == "result"]
    profiles = list(head["profiles"])
    declared = frozenset(head.get("declared", ()))
    clauses = {
        clause.id: _clause(clause, results, declared)
        for clause in CLAUSES.values()
        if clause.profile in profiles and clause.unchecked is None
    }
    leaked = tuple(path for event in events if event["event"] == "leak" for path in event["objects"])
    notes = _known_failures(clauses, head.get("known_failures", ()))
    partial = bool(head.get("partial"))
    verdicts = {
        profile: _profile(profile, clauses.values(), partial=partial or bool(declared and profile not in declared))
        for profile in profiles
    }
    overall = worst(verdicts.values()) if any(event["event"] == "result" for event in events) else Verdict.UNKNOWN
    if notes and overall is not Verdict.ERROR:
        overall = Verdict.FAIL
    if head.get("interrupted") or any(event["event"] == "interrupted" for event in events):
        overall = worst([overall, Verdict.UNKNOWN])
    return Score(clauses, verdicts, overall, leaked, notes)


def _clause(clause: Clause, results: Iterable[Event], declared: frozenset[str]) -> ClauseScore:
    checks = {
        event["check"]: Verdict(event["verdicts"][clause.id]) for event in results if clause.id in event["verdicts"]
    }
    notes = [event["note"] for event in results if clause.id in event["verdicts"] and event.get("note")]
    if not checks:
        return ClauseScore(clause, Verdict.NOT_SCORED, {}, "not asked for at this budget")
    verdict = worst(checks.values())
    if verdict is Verdict.FAIL and clause.force is Force.SHOULD:
        verdict = Verdict.WARN
    if declared and clause.profile not in declared and verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS):
        softened = Verdict.PASS if verdict is Verdict.PASS else Verdict.WARN
        return ClauseScore(clause, softened, checks, "; ".join(dict.fromkeys([UNDECLARED, *notes])))
    if verdict is Verdict.NOT_APPLICABLE and clause.profile in declared and clause.level is Level.CORE:
        return ClauseScore(clause, Verdict.FAIL, checks, "declared by the target, and absent")
    return ClauseScore(clause, verdict, checks, "; ".join(dict.fromkeys(notes)))


def _profile(profile: str, scores: Iterable[ClauseScore], *, partial: bool) -> Verdict:
    """The worst of its clauses. Each required one needs a verdict of its own, unless the run was meant to be partial."""
    own = [one for one in scores if one.clause.profile == profile]
    required = [one.verdict for one in own if one.required]
    judged = [verdict for verdict in required if verdict not in OUTSIDE]
    judged += [
        one.verdict
        for one in own
        if not one.required
        and (one.verdict in (Verdict.ERROR, Verdict.FAIL, Verdict.WARN) or (partial and one.verdict not in OUTSIDE))
    ]
    if not judged:
        return worst([verdict for verdict in required if verdict in OUTSIDE] or [Verdict.NOT_SCORED])
    if not partial and any(verdict is Verdict.NOT_SCORED for verdict in required):
        judged.append(Verdict.UNKNOWN)
    return worst(judged)


def _known_failures(clauses: Mapping[str, ClauseScore], rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Apply the vendor's list: a listed failure is expected; a listed pass, or a row about nothing, is a complaint."""
    complaints = []
    for row in rows:
        name = row["clause"]
        found = clauses.get(name)
        if found is None:
            complaints.append(f"known failure {name}: no clause of this run has that id")
        elif row.get("expired"):
            complaints.append(f"known failure {name}: expired on {row['expires']} (owner: {row['owner']})")
        elif found.verdict is Verdict.FAIL:
            found.verdict = Verdict.EXPECTED_FAIL
            found.note = f"known failure: {row['reason']} (owner: {row['owner']}, until {row['expires']})"
        elif found.verdict in (Verdict.PASS, Verdict.WARN):
            complaints.append(f"known failure {name}: it passed; take the row out")
    return complaints
