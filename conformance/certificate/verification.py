"""Is a certificate to be believed? Every reason why not, each a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.certificate.statement import PREDICATE, STATEMENT, statement
from conformance.engine.events import Event
from conformance.engine.identity import suite
from conformance.engine.judge import judge
from conformance.spec.freeze import name_of, requirements
from conformance.verdict import Verdict

STALE = timedelta(days=365)


@dataclass(slots=True)
class Verification:
    """What was found: the verdict that is certified, why it is refused, and what is weaker than it could be."""

    verdict: Verdict
    refusals: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def verify(
    certified: dict[str, Any], log: tuple[Sequence[Event], str] | None, now: datetime, oldest: timedelta = STALE
) -> Verification:
    """Check a Statement; with the run's log, compute its verdicts anew."""
    if certified.get("_type") != STATEMENT or certified.get("predicateType") != PREDICATE:
        return Verification(Verdict.UNKNOWN, [f"it is of an unknown kind: {certified.get('predicateType')}"])
    predicate = certified["predicate"]
    try:
        found = Verification(Verdict(predicate["verdict"]))
        _requirements(predicate, found)
        _scope(predicate, found)
        _age(predicate, found, now, oldest)
        if log is None:
            found.remarks.append("without its event log (--log) the verdict is only what the signer says")
        else:
            _log(certified, log, found)
    except (KeyError, TypeError, ValueError) as error:
        return Verification(Verdict.UNKNOWN, [f"it is incomplete: {type(error).__name__}: {error}"])
    return found


def _requirements(predicate: dict[str, Any], found: Verification) -> None:
    if predicate["requirements"] != requirements()["digest"]:
        found.refusals.append(
            f"it was judged by another requirement set ({name_of(predicate['requirements']) or predicate['requirements'][:19]}) than this suite's "
            f"({name_of(requirements()['digest']) or requirements()['digest'][:19]}): verify it with the suite that made it, version {predicate['suite']['version']}"
        )
    elif predicate["suite"]["digest"] != suite()["digest"]:
        found.remarks.append(f"it was made by another build of the suite, version {predicate['suite']['version']}")


def _scope(predicate: dict[str, Any], found: Verification) -> None:
    if predicate["configuration"]["partial"]:
        found.refusals.append("the run was partial: not every check was asked for")
    if predicate["configuration"]["budget"] == "smoke":
        found.refusals.append("the run was a smoke test: a certificate needs --budget standard or deep")
    if found.verdict not in (Verdict.PASS, Verdict.WARN, Verdict.EXPECTED_FAIL):
        found.refusals.append(f"it does not say conformant: {found.verdict.value}")
    if predicate["leaked"]:
        found.refusals.append(f"the run left {len(predicate['leaked'])} objects behind: {predicate['leaked'][0]}")
    excused = predicate["configuration"]["known_failures"]
    if excused:
        found.remarks.append(f"failures are excused by the vendor's list: {', '.join(excused)}")


def _age(predicate: dict[str, Any], found: Verification, now: datetime, oldest: timedelta) -> None:
    started = datetime.fromisoformat(predicate["run"]["started"])
    started = started if started.tzinfo is not None else started.replace(tzinfo=UTC)
    if started > now + timedelta(minutes=5):
        found.refusals.append(f"it is of the future: {predicate['run']['started']}")
    elif now - started > oldest:
        found.refusals.append(f"it is stale: {(now - started).days} days old, and {oldest.days} are allowed")


def _log(certified: dict[str, Any], log: tuple[Sequence[Event], str], found: Verification) -> None:
    events, head = log
    predicate = certified["predicate"]
    if predicate["log"]["digest"] != f"sha256:{head}":
        found.refusals.append("the log is not the one that it was made from")
        return
    judgement = judge(events)
    found.refusals += [f"the log does not bear it out: {text}" for text in judgement.differences]
    again = statement(judgement.events, head, judgement.score, predicate.get("zoo"))
    for name in ("verdict", "profiles", "clauses", "evidence", "target", "configuration", "suite", "run", "leaked"):
        if again["predicate"][name] != predicate[name]:
            found.refusals.append(f"its {name} is not what the log gives")
    if again["subject"] != certified["subject"]:
        found.refusals.append("its subject is not what the log gives")
