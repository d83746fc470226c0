"""Judges a recorded run again: every case is driven through its check with the recorded answers, and no target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.checks.context import Context
from conformance.checks.register import CHECKS
from conformance.driver.history import Exchange
from conformance.engine.case import replay_case
from conformance.engine.events import Event
from conformance.engine.observe import facts_of
from conformance.engine.outcome import Trouble
from conformance.engine.runner import verdicts_of
from conformance.engine.scoring import Score, score
from conformance.verdict import Verdict


@dataclass(slots=True)
class Judgement:
    """The verdicts of a log, computed from its exchanges; and where they are not those that it claims."""

    score: Score
    events: list[Event]
    differences: list[str] = field(default_factory=list)


def judge(events: Sequence[Event]) -> Judgement:
    """Judge a log. What it claims of its results is not believed: it is compared, and every difference is told."""
    head = events[0]
    context = Context(facts_of(head))
    troubles: dict[str, list[tuple[int, Trouble]]] = {}
    counts: dict[str, int] = {}
    differences: list[str] = []
    judged: list[Event] = []
    for event in events:
        if event["event"] == "case":
            trouble = _case(context, event, differences)
            counts[event["check"]] = counts.get(event["check"], 0) + 1
            if trouble is not None:
                troubles.setdefault(event["check"], []).append((event["number"], trouble))
        elif event["event"] == "result":
            judged.append(_result(event, troubles.get(event["check"], []), counts.get(event["check"], 0), differences))
            continue
        judged.append(event)
    recomputed = score(judged)
    claimed = events[-1]
    if claimed["event"] == "end" and claimed["verdict"] != recomputed.verdict.value:
        differences.append(f"the log says {claimed['verdict']}, its exchanges say {recomputed.verdict.value}")
    return Judgement(recomputed, judged, differences)


def _case(context: Context, event: Event, differences: list[str]) -> Trouble | None:
    check = CHECKS.get(event["check"])
    if check is None:
        differences.append(f"check {event['check']}: this suite has no such check")
        return None
    exchanges = [Exchange.from_json(value) for value in event["exchanges"]]
    outcome = replay_case(check, context, event["number"], event["case"], exchanges)
    told = Trouble.from_json(event["trouble"]) if event.get("trouble") else None
    if told is not None and told.verdict is Verdict.ERROR:
        return told  # what broke the suite then need not break it now
    if outcome.trouble != told:
        differences.append(
            f"{check.id}, case {event['number']}: the log says {_say(told)}, its exchanges say {_say(outcome.trouble)}"
        )
    return outcome.trouble


def _say(trouble: Trouble | None) -> str:
    return "pass" if trouble is None else f"{trouble.verdict.value} ({trouble.clause}: {trouble.observed[:120]})"


def _result(event: Event, troubles: list[tuple[int, Trouble]], cases: int, differences: list[str]) -> Event:
    check = CHECKS.get(event["check"])
    if check is None:
        return {**event, "verdicts": dict.fromkeys(event["verdicts"], Verdict.UNKNOWN.value)}
    if cases == 0:
        verdicts = dict.fromkeys(check.clauses, Verdict.UNKNOWN)
    else:
        verdicts = verdicts_of(check, troubles[-1][1] if troubles else None)
    recomputed = {clause: verdict.value for clause, verdict in verdicts.items()}
    if recomputed != event["verdicts"]:
        differences.append(f"{check.id}: the log says {event['verdicts']}, its exchanges say {recomputed}")
    return {**event, "verdicts": recomputed}
