"""Runs one case of one check in a world of its own, live or from a recording."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from conformance.checks.check import Check
from conformance.checks.context import Context
from conformance.checks.world import World
from conformance.driver.errors import HarnessError, MissingDoorError, TargetError
from conformance.driver.history import Exchange
from conformance.engine.outcome import CaseOutcome, Trouble
from conformance.oracles.finding import Finding, NotApplicable, Undecided
from conformance.verdict import Verdict


def run_case(check: Check, context: Context, number: int, case: Any) -> CaseOutcome:
    """Drive the target through a case. What goes wrong is in the outcome; only interruptions are raised."""
    world = World(context, check.id, check.clauses, number)
    try:
        trouble = _judge(check, world, case)
        exchanges = tuple(world.history)
    finally:
        if not context.facts.disposable:
            with suppress(TargetError, HarnessError):  # what is left is found and reported at the end of the run
                world.clean_up()
    return CaseOutcome(number, case, exchanges, trouble)


def replay_case(check: Check, context: Context, number: int, case: Any, exchanges: Iterable[Exchange]) -> CaseOutcome:
    """Judge a recorded case again."""
    recorded = {(exchange.lane, exchange.number): exchange for exchange in exchanges}
    world = World(context, check.id, check.clauses, number, recorded)
    trouble = _judge(check, world, case)
    return CaseOutcome(number, case, tuple(world.history), trouble)


def _judge(check: Check, world: World, case: Any) -> Trouble | None:
    missing = sorted(need.value for need in check.needs if need.value not in world.facts.capabilities)
    if missing:
        return Trouble(Verdict.NOT_APPLICABLE, check.clauses[0], "", f"the target has no {', '.join(missing)}")
    try:
        check.body(world, case)
    except Finding as finding:
        return Trouble(Verdict.FAIL, finding.clause, finding.expected, finding.observed)
    except Undecided as reason:
        return Trouble(Verdict.UNKNOWN, check.clauses[0], "evidence that decides", str(reason))
    except (NotApplicable, MissingDoorError) as reason:
        return Trouble(Verdict.NOT_APPLICABLE, check.clauses[0], "", str(reason))
    except TargetError as error:
        return Trouble(Verdict.UNKNOWN, check.clauses[0], "an answer", str(error))
    except HarnessError as error:
        return Trouble(Verdict.ERROR, check.clauses[0], "", f"the suite is at fault: {error}")
    except Exception as error:
        return Trouble(Verdict.ERROR, check.clauses[0], "", f"the suite is at fault: {_where(error)}")
    return None


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    last = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "conformance" in code.co_filename:
            last = f" at {code.co_filename.rpartition('conformance/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}: {error}{last}"
