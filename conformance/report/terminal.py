"""What a run says while it goes on and at its end, for people at a terminal and for CI logs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from conformance.engine.events import Event
from conformance.engine.scoring import Score
from conformance.report.document import counts
from conformance.verdict import Verdict

STYLE = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold magenta",
    Verdict.UNKNOWN: "yellow",
    Verdict.WARN: "yellow",
    Verdict.EXPECTED_FAIL: "cyan",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.NOT_SCORED: "dim",
}
CONCLUSION = {
    Verdict.PASS: "conformant",
    Verdict.WARN: "conformant, with warnings",
    Verdict.EXPECTED_FAIL: "conformant but for known failures",
    Verdict.FAIL: "not conformant",
    Verdict.UNKNOWN: "inconclusive",
    Verdict.ERROR: "no verdict: the suite is at fault",
    Verdict.NOT_APPLICABLE: "inconclusive: nothing was applicable",
    Verdict.NOT_SCORED: "inconclusive: nothing was judged",
}


def summary(console: Console, events: Sequence[Event], score: Score, *, every_clause: bool) -> None:
    """The verdicts: of each clause (or of those that did not pass), of each profile, and of the run."""
    results = {event["check"]: event for event in events if event["event"] == "result"}
    profile = ""
    for one in sorted(score.clauses.values(), key=lambda one: list(score.profiles).index(one.clause.profile)):
        if one.verdict in (Verdict.PASS, Verdict.NOT_SCORED) and not every_clause:
            continue
        if one.verdict is Verdict.NOT_SCORED:
            continue
        if one.clause.profile != profile:
            profile = one.clause.profile
            console.print(f"\n[bold]{profile}[/bold]")
        console.print(
            f"  [{STYLE[one.verdict]}]{one.verdict.value:<14}[/] {one.clause.id:<34} {escape(one.clause.text)}",
            soft_wrap=True,
        )
        for check in one.checks:
            trouble = results[check].get("trouble")
            if trouble and trouble["clause"] == one.clause.id and one.verdict is not Verdict.NOT_APPLICABLE:
                console.print(f"      {check}: expected {escape(trouble['expected'])}", soft_wrap=True, highlight=False)
                console.print(
                    f"      {' ' * len(check)}  observed {escape(trouble['observed'])}", soft_wrap=True, highlight=False
                )
        if one.note and one.verdict not in (Verdict.PASS,):
            console.print(f"      {escape(one.note)}", soft_wrap=True, highlight=False)
    console.print()
    for name, verdict in score.profiles.items():
        if verdict is not Verdict.NOT_SCORED:
            own = [one for one in score.clauses.values() if one.clause.profile == name]
            passed = sum(one.verdict is Verdict.PASS for one in own)
            console.print(
                f"  [{STYLE[verdict]}]{verdict.value:<14}[/] {name:<16} {passed} of {len(own)} clauses pass",
                highlight=False,
            )
    for note in score.notes:
        console.print(f"  [bold red]{escape(note)}[/]")
    for path in score.leaked:
        console.print(f"  [bold red]left behind: {escape(path)}[/]")
    run, end = events[0], events[-1]
    tally = ", ".join(f"{number} {name}" for name, number in sorted(counts(score).items(), key=lambda pair: -pair[1]))
    console.print(f"\n[{STYLE[score.verdict]}]{CONCLUSION[score.verdict]}[/] ({tally})", highlight=False)
    console.print(
        f"{run['target']} · dialect {run['dialect']} · budget {run['budget']} · seed {run['seed']} · {end.get('seconds', 0):.1f} s",
        highlight=False,
        style="dim",
    )
