"""``report.html``: one file for people. Verdict first; nothing but HTML and a little CSS, readable on a phone and on paper."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from conformance.driver.history import Exchange
from conformance.engine.events import Event
from conformance.engine.scoring import ClauseScore, Score
from conformance.report.document import counts
from conformance.report.terminal import CONCLUSION
from conformance.report.transcript import transcript
from conformance.spec.clause import Clause, Level
from conformance.spec.register import CLAUSES
from conformance.verdict import Verdict

STYLE = Path(__file__).with_name("style.css")
_BAD = (Verdict.ERROR, Verdict.FAIL, Verdict.WARN, Verdict.EXPECTED_FAIL, Verdict.UNKNOWN)  # as they are told
_CODE = re.compile(r"`([^`]+)`")
_WORDS = {
    Verdict.NOT_SCORED: "not asked",
    Verdict.NOT_APPLICABLE: "not applicable",
    Verdict.EXPECTED_FAIL: "known failure",
}


def text(events: Sequence[Event], head: str, score: Score) -> str:
    """The whole page."""
    results = {event["check"]: event for event in events if event["event"] == "result"}
    body = [
        _top(events, head, score),
        _profiles(score),
        _found(events, score, results),
        _clauses(score, results),
        _unchecked(score),
        _timings(results),
    ]
    title = f"{CONCLUSION[score.verdict].capitalize()}: {escape(events[0]['target'])}"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n{''.join(body)}</body>\n</html>\n"
    )


def _mark(verdict: Verdict) -> str:
    return f'<span class="mark {verdict.value}">{_WORDS.get(verdict, verdict.value)}</span>'


def _prose(text: str) -> str:
    """A sentence; what is between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _top(events: Sequence[Event], head: str, score: Score) -> str:
    run = events[0]
    end = events[-1] if events[-1]["event"] == "end" else {}
    number = ", ".join(f"{count} {_WORDS.get(Verdict(name), name)}" for name, count in counts(score).items())
    facts = {
        "Target": run["target"],
        "Dialect": run["dialect"],
        "Budget and seed": f"{run['budget']}, {run['seed']}",
        "Started": run["started"],
        "Took": f"{end.get('seconds', 0):.1f} s",
        "Suite": f"{run['suite']['name']} {run['suite']['version']}",
        "Run": run["run_id"],
        **{f"Target's {name}": value for name, value in run["fingerprint"].items()},
        "Event log": f"sha256:{head}",
    }
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="id">{escape(str(value))}</td></tr>\n'
        for name, value in facts.items()
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in score.notes)
    left = f"<p>{len(score.leaked)} objects of the run were left behind.</p>" if score.leaked else ""
    return (
        f'<header class="verdict {score.verdict.value}">\n<h1>{CONCLUSION[score.verdict].capitalize()}</h1>\n'
        f'<p class="id">{escape(run["target"])}</p>\n<p>Clauses: {number}.</p>\n'
        f'<p class="soft">Budget {escape(run["budget"])}, {escape(run["started"][:10])}, {end.get("seconds", 0):.0f} s.</p>{notes}{left}\n'
        f"</header>\n<main>\n<details><summary>About this run</summary>\n<table>{rows}</table></details>\n"
    )


def _profiles(score: Score) -> str:
    rows = []
    for name, verdict in score.profiles.items():
        own = [one for one in score.clauses.values() if one.clause.profile == name]
        passed = sum(one.verdict is Verdict.PASS for one in own)
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td>{_mark(verdict)}</td><td>{passed} of {len(own)} clauses pass</td></tr>\n'
        )
    head = (
        '<thead><tr><th scope="col">Profile</th><th scope="col">Verdict</th><th scope="col">Clauses</th></tr></thead>'
    )
    return f"<h2>Profiles</h2>\n<table>{head}<tbody>{''.join(rows)}</tbody></table>\n"


def _found(events: Sequence[Event], score: Score, results: dict[str, Event]) -> str:
    """Everything that did not pass, the worst first, with its evidence; then what was not come to, and why."""
    bad = sorted(
        (one for one in score.clauses.values() if one.verdict in _BAD), key=lambda one: _BAD.index(one.verdict)
    )
    if not bad:
        return "<h2>Findings</h2>\n<p>None.</p>\n"
    told = [one for one in bad if one.verdict is not Verdict.UNKNOWN or _troubles(one, results) or one.note]
    rows = "".join(_not_reached(one, results) for one in bad if one not in told)
    head = '<thead><tr><th scope="col">Clause</th><th scope="col">Promise</th><th scope="col">Why not</th></tr></thead>'
    rest = f'<h3>Not decided</h3>\n<table class="clauses">{head}<tbody>{rows}</tbody></table>\n' if rows else ""
    return "<h2>Findings</h2>\n" + "".join(_finding(one, events, results) for one in told) + rest


def _troubles(one: ClauseScore, results: dict[str, Event]) -> list[tuple[str, dict[str, str]]]:
    """What its checks said of this clause."""
    found = [(check, results[check].get("trouble")) for check in one.checks]
    return [(check, trouble) for check, trouble in found if trouble and trouble["clause"] == one.clause.id]


def _not_reached(one: ClauseScore, results: dict[str, Event]) -> str:
    """A clause whose check ended before it came to it."""
    ends = [
        f'{escape(check)} ended at <a href="#finding-{escape(trouble["clause"])}">{escape(trouble["clause"])}</a>'
        for check in one.checks
        if (trouble := results[check].get("trouble"))
    ]
    clause = one.clause
    return (
        f'<tr id="finding-{escape(clause.id)}"><td class="id">{escape(clause.id)}</td><td>{_prose(clause.text)}</td>'
        f"<td>{'; '.join(ends) or 'no case was run'}</td></tr>\n"
    )


def _finding(one: ClauseScore, events: Sequence[Event], results: dict[str, Event]) -> str:
    clause = one.clause
    parts = [
        f'<section id="finding-{escape(clause.id)}"><h3>{_mark(one.verdict)} {escape(clause.id)}</h3>\n',
        f"<p>{_prose(clause.text)} <small>Guide: {escape(clause.section)}; {clause.force.value}, {clause.level.value}.</small></p>\n",
    ]
    if one.note:
        parts.append(f"<p>{escape(one.note)}</p>\n")
    for check, trouble in _troubles(one, results):
        parts.append(
            f"<dl><dt>Expected</dt><dd>{escape(trouble['expected'])}</dd>"
            f"<dt>Observed</dt><dd>{escape(trouble['observed'])}</dd></dl>\n"
        )
        if results[check].get("flaky"):
            parts.append("<p>Not each time: the same case also went well.</p>\n")
        case = _case(events, check, results[check]["evidence"])
        if case is not None:
            commands = transcript(Exchange.from_json(value) for value in case["exchanges"])
            given = json.dumps(case["case"], ensure_ascii=False) if case["case"] is not None else "none"
            parts.append(
                f"<details><summary>The commands that show it (check {escape(check)}, case {case['number']})</summary>\n"
                f'<pre tabindex="0">{escape(commands)}</pre><p class="soft">Drawn: {escape(given)}</p></details>\n'
            )
    return "".join(parts) + "</section>\n"


def _case(events: Iterable[Event], check: str, number: int) -> Event | None:
    found = [event for event in events if event["event"] == "case" and event["check"] == check]
    return next((event for event in found if event["number"] == number), None)


def _clauses(score: Score, results: dict[str, Event]) -> str:
    sections: dict[str, list[ClauseScore]] = {}
    for one in score.clauses.values():
        sections.setdefault(one.clause.section, []).append(one)
    parts = ["<h2>Clauses, by section of the guide</h2>\n"]
    for section, listed in sections.items():
        rows = "".join(_row(one, results) for one in listed)
        columns = "".join(
            f'<th scope="col">{name}</th>' for name in ("Verdict", "Clause", "Promise", "Checks and cases")
        )
        head = f"<thead><tr>{columns}</tr></thead>"
        parts.append(f'<h3>{escape(section)}</h3>\n<table class="clauses">{head}<tbody>{rows}</tbody></table>\n')
    return "".join(parts)


def _row(one: ClauseScore, results: dict[str, Event]) -> str:
    clause = one.clause
    name = escape(clause.id)
    if one.verdict in _BAD:
        name = f'<a href="#finding-{name}">{name}</a>'
    checks = ", ".join(f"{check} ({results[check]['examples']})" for check in one.checks)
    extra = "" if clause.level is Level.CORE else f" <small>({clause.level.value})</small>"
    return (
        f'<tr><td>{_mark(one.verdict)}</td><td class="id">{name}{extra}</td><td>{_prose(clause.text)}'
        f'{_ambiguity(clause)}{_absent(one, results)}</td><td class="id">{escape(checks or one.note)}</td></tr>\n'
    )


def _absent(one: ClauseScore, results: dict[str, Event]) -> str:
    """Why a clause is not applicable."""
    if one.verdict is not Verdict.NOT_APPLICABLE:
        return ""
    reasons = dict.fromkeys(results[check].get("trouble", {}).get("observed", "") for check in one.checks)
    return f"<br><small>{escape('; '.join(filter(None, reasons)))}</small>"


def _ambiguity(clause: Clause) -> str:
    return f"<br><small>Read as: {_prose(clause.ambiguity)}</small>" if clause.ambiguity else ""


def _unchecked(score: Score) -> str:
    """What no check decides, and why."""
    rows = "".join(
        f'<tr><td class="id">{escape(clause.id)}</td><td>{_prose(clause.text)}</td>'
        f"<td>{escape(clause.unchecked.value)}: {_prose(clause.reason)}</td></tr>\n"
        for clause in CLAUSES.values()
        if clause.unchecked is not None and clause.profile in score.profiles
    )
    head = '<thead><tr><th scope="col">Clause</th><th scope="col">Promise</th><th scope="col">Why not</th></tr></thead>'
    table = f'<table class="clauses">{head}<tbody>{rows}</tbody></table>'
    return f"<h2>What was not checked, and why</h2>\n{table}\n" if rows else ""


def _timings(results: dict[str, Event]) -> str:
    slowest = sorted(results.values(), key=lambda event: -event["seconds"])[:10]
    rows = "".join(
        f'<tr><td class="id">{escape(event["check"])}</td><td>{event["seconds"]:.2f} s</td><td>{event["examples"]} cases</td></tr>\n'
        for event in slowest
    )
    return f"<h2>Where the time went</h2>\n<table><caption>The ten slowest checks</caption>{rows}</table>\n</main>\n"
