"""A run from the open target to the last event."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from conformance.checks.check import Check
from conformance.checks.context import Context
from conformance.driver.errors import TargetError
from conformance.driver.interrupt import INTERRUPT
from conformance.engine.budget import Budget
from conformance.engine.events import FORMAT, EventLog
from conformance.engine.identity import suite
from conformance.engine.leaks import leaks
from conformance.engine.observe import Observation
from conformance.engine.outcome import CheckOutcome
from conformance.engine.runner import run_check
from conformance.engine.scoring import Score, score
from conformance.engine.selection import Selection
from conformance.engine.sweep import sweep

Progress = Callable[[CheckOutcome, int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is asked to do."""

    target: str
    budget: Budget
    seed: int
    selection: Selection
    workers: int = 1
    known_failures: Sequence[dict[str, Any]] = ()


def run(plan: Plan, context: Context, observation: Observation, log: EventLog, progress: Progress) -> Score:
    """Run the selected checks and write every event. An interrupt ends the run early, cleans up, and is in the log."""
    facts = context.facts
    log.add(
        "run",
        format=FORMAT,
        suite=suite(),
        run_id=facts.run_id,
        target=plan.target,
        fingerprint=observation.fingerprint,
        dialect=facts.dialect.spelling.value,
        facts=observation.as_json(facts),
        budget=plan.budget.name,
        seed=plan.seed,
        profiles=list(plan.selection.profiles),
        declared=list(plan.selection.declared),
        known_failures=list(plan.known_failures),
        partial=plan.selection.partial,
        checks=[check.id for check in plan.selection.checks],
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    began = time.monotonic()
    done = 0
    lock = threading.Lock()

    def record(check: Check, outcome: CheckOutcome) -> None:
        nonlocal done
        with lock:
            for case in outcome.cases:
                log.add(
                    "case",
                    check=check.id,
                    number=case.number,
                    case=case.case,
                    trouble=case.trouble.as_json() if case.trouble else None,
                    exchanges=[exchange.as_json() for exchange in case.exchanges],
                )
            outcome.cases = outcome.cases[-1:]
            log.add("result", **outcome.as_json())
            done += 1
            progress(outcome, done, len(plan.selection.checks))

    try:
        with INTERRUPT.kept():
            _work(plan, context, record)
    except BaseException as error:
        if not interrupted(error):
            raise
        context.stop.set()
        log.add("interrupted", after=round(time.monotonic() - began, 3))
        if not facts.disposable:
            with suppress(TargetError):
                sweep(context)
    left = leaks(context)
    if left:
        log.add("leak", objects=left)
    final = score(log.events)
    log.add(
        "end",
        verdict=final.verdict.value,
        exit_code=int(final.exit_code),
        seconds=round(time.monotonic() - began, 3),
        checks=done,
    )
    return final


def interrupted(error: BaseException | None) -> bool:
    """Whether an interrupt is what went wrong, or what went wrong began with one: what was interrupted may complain of it."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _work(plan: Plan, context: Context, record: Callable[[Check, CheckOutcome], None]) -> None:
    if plan.workers <= 1:
        for check in plan.selection.checks:
            record(check, run_check(check, context, plan.budget, plan.seed))
        return
    with ThreadPoolExecutor(plan.workers) as pool:
        jobs = {
            pool.submit(run_check, check, context, plan.budget, plan.seed): check for check in plan.selection.checks
        }
        try:
            for job in as_completed(jobs):
                record(jobs[job], job.result())
        except KeyboardInterrupt:
            context.stop.set()
            for job in jobs:
                job.cancel()
            raise
