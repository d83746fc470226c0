"""Judges a target as ``ma-conformance run`` is asked to, and reports."""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

from conformance.checks.context import Context
from conformance.commands import judge
from conformance.driver import stopwatch
from conformance.driver.errors import TargetError
from conformance.driver.history import History
from conformance.engine import declaration, known, session
from conformance.engine.budget import BUDGETS, Budget
from conformance.engine.estimate import estimate
from conformance.engine.events import EventLog
from conformance.engine.observe import open_context
from conformance.engine.preflight import preflight
from conformance.engine.scoring import Score
from conformance.engine.selection import Selection, select
from conformance.report import files, terminal
from conformance.report.progress import progress
from conformance.targets.opening import Opening
from conformance.targets.replay import ReplayTarget
from conformance.verdict import ExitCode


def run(options: argparse.Namespace, opening: Opening, began: float) -> int:
    """Run, report, and give the exit code. Raises ValueError for bad flags."""
    console = Console(highlight=False)
    target = opening.target
    if isinstance(target, ReplayTarget):
        return _judged_again(target, options)
    budget = BUDGETS[options.budget]
    if options.shrink is not None:
        if not options.shrink >= 0:
            raise ValueError(f"--shrink {options.shrink:g}: give 0 or more seconds")
        budget = replace(budget, shrink_seconds=options.shrink)
    claims = declaration.load(options.declaration) if options.declaration else declaration.Declaration(())
    if claims.profiles and options.profile:
        raise ValueError("--declaration says what the target claims: leave --profile out")
    selection = select(budget, options.profile, options.check, claims.profiles)
    excused = known.load(options.known_failures, datetime.now(UTC).date()) if options.known_failures else []
    key = _key(options, budget, selection)
    if options.workers < 1:
        raise ValueError(f"-n {options.workers}: give 1 or more")
    seed = options.seed if options.seed is not None else secrets.randbelow(2**32)
    folder = options.report
    if folder is not None:
        files.make(folder)
    with tempfile.TemporaryDirectory() as scratch:
        log = EventLog((folder or Path(scratch)) / files.LOG)
        try:
            doors = opening.doors()
            context, observation = open_context(
                doors,
                allow_disruptive=options.allow_disruptive,
                cleanup_command=options.cleanup_command or claims.cleanup_command,
            )
            expected = estimate(selection, budget, _round_trip(context), options.workers)
            console.print(
                f"judging {target.name}: {len(selection.checks)} checks, budget {budget.name}, seed {seed}; {expected.said()}",
                soft_wrap=True,
            )
            if not doors.disposable:
                _live(console, context, selection)
            plan = session.Plan(target.name, budget, seed, selection, options.workers, excused)
            with progress(console, len(selection.checks)) as tell:
                score = session.run(plan, context, observation, log, tell)
        except TargetError as error:
            console.print(f"[bold red]no verdict[/]: {error}", soft_wrap=True)
            return ExitCode.HARNESS
        finally:
            log.close()
        terminal.summary(console, log.events, score, every_clause=options.verbose or budget.name == "smoke")
        if folder is not None:
            written = [folder / files.LOG, *files.write(folder, log.events, log.head, score)]
            console.print(f"wrote {', '.join(str(path) for path in written)}", soft_wrap=True, style="dim")
        if options.profile_time:
            total = time.monotonic() - began
            console.print(f"{total:.1f} s, spent with:")
            for what, seconds in stopwatch.report(total):
                console.print(f"  {what:34} {seconds:7.1f} s")
        if key is not None:
            _certify(options.certificate, key, log, score)
            console.print(f"signed {options.certificate}: {score.verdict.value}", soft_wrap=True)
    return score.exit_code


def _judged_again(target: ReplayTarget, options: argparse.Namespace) -> int:
    """A recorded run has been drawn and driven already. Raises ValueError for flags that would do so again."""
    unused = {"seed": "--seed", "check": "--check", "profile": "--profile", "certificate": "--certificate"}
    given = [flag for name, flag in unused.items() if getattr(options, name)]
    if given:
        raise ValueError(f"{', '.join(given)}: a recorded run is judged as it was driven; leave them out")
    return judge.command(argparse.Namespace(log=target.log, report=options.report, verbose=options.verbose))


def _key(options: argparse.Namespace, budget: Budget, selection: Selection) -> Ed25519PrivateKey | None:
    """The key to sign with, read before anything is judged. Raises ValueError when the run could not be certified."""
    if options.certificate is None and options.signing_key is None:
        return None
    if options.certificate is None or options.signing_key is None:
        raise ValueError("--certificate FILE and --signing-key PEM go together")
    if options.seed is not None:
        raise ValueError("a certificate needs a fresh seed: leave --seed out")
    if selection.partial:
        raise ValueError(
            f"a certificate needs every check: leave --check out, and --budget {budget.name} if it is smoke"
        )
    from conformance.certificate.envelope import private_key

    try:
        return private_key(options.signing_key)
    except OSError as error:
        raise ValueError(f"cannot read {options.signing_key}: {error.strerror}") from error


def _certify(path: Path, key: Ed25519PrivateKey, log: EventLog, score: Score) -> None:
    from conformance.certificate.envelope import seal
    from conformance.certificate.statement import statement

    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(seal(statement(log.events, log.head, score), key), indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


def _live(console: Console, context: Context, selection: Selection) -> None:
    """What the owner of a live target should know before it is judged."""
    run = context.facts.run_id
    console.print(
        f"run {run}: what it makes carries this id; if it is killed: ma-conformance clean --run-id {run}",
        soft_wrap=True,
    )
    if selection.partial:
        return
    missing = [item.name for item in preflight(context) if item.required and not item.there]
    if missing:
        console.print(f"[yellow]not permitted[/]: {', '.join(missing)}; what needs it cannot pass", soft_wrap=True)


def _round_trip(context: Context) -> float:
    """Seconds that the target takes to answer, on a connection that is open."""
    admin = context.kube(context.lane("round-trip", History()), "check=estimate")
    exchanges = [admin.request("GET", "/version").exchange for _ in range(3)]
    return min(exchange.answered_at - exchange.asked_at for exchange in exchanges)
