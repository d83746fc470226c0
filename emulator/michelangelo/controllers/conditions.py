"""The condition engine: actors in order, the first that is not TRUE acts, and what came of it.

As the platform has it: the CamelCase word goes to ``message``, the sentence to ``reason``; ``lastUpdatedTimestamp`` is in Unix
seconds, a string, and moves only when something else changes; UNKNOWN is said by leaving ``status`` out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

Object = dict[str, Any]
TRUE, FALSE, UNKNOWN = "CONDITION_STATUS_TRUE", "CONDITION_STATUS_FALSE", "CONDITION_STATUS_UNKNOWN"


class Outcome(NamedTuple):
    """What an actor found: a status, and for all but TRUE a word and a sentence."""

    status: str
    message: str = ""
    reason: str = ""


DONE = Outcome(TRUE)


def false(message: str, reason: str) -> Outcome:
    """Not so, and why."""
    return Outcome(FALSE, message, reason)


def pending(message: str, reason: str) -> Outcome:
    """Not known yet."""
    return Outcome(UNKNOWN, message, reason)


class Actor(NamedTuple):
    """One condition: ``retrieve`` looks, ``act`` does what is needed for it to become TRUE."""

    type: str
    retrieve: Callable[[], Awaitable[Outcome]]
    act: Callable[[], Awaitable[Outcome]]


class Pass(NamedTuple):
    """The conditions after a pass; what stopped it, if anything: the first outcome that is not TRUE, and whose it is.

    ``failed``: the actor that acted came to FALSE.
    """

    conditions: list[Object]
    stopped: Outcome | None
    stopped_at: str
    failed: bool


async def run(actors: Sequence[Actor], previous: Sequence[Object], seconds: int) -> Pass:
    """One pass at a time in Unix seconds. Conditions that belong to no actor are dropped."""
    known = {condition["type"]: condition for condition in previous}
    outcomes: list[tuple[str, Outcome]] = []
    acted = failed = False
    for actor in actors:
        outcome = await actor.retrieve()
        if outcome.status != TRUE and not acted:
            acted = True
            outcome = await actor.act()
            failed = outcome.status == FALSE
        outcomes.append((actor.type, outcome))
    conditions = [_condition(sort, outcome, known.get(sort), seconds) for sort, outcome in outcomes]
    stopped_at, stopped = next(((sort, item) for sort, item in outcomes if item.status != TRUE), ("", None))
    return Pass(conditions, stopped, stopped_at, failed)


def _condition(sort: str, outcome: Outcome, previous: Object | None, seconds: int) -> Object:
    condition: Object = {"type": sort}
    if outcome.status != UNKNOWN:
        condition["status"] = outcome.status
    if outcome.message:
        condition["message"] = outcome.message
    if outcome.reason:
        condition["reason"] = outcome.reason
    before = {key: value for key, value in (previous or {}).items() if key not in ("lastUpdatedTimestamp", "metadata")}
    stamp = (
        str(seconds) if before != condition or previous is None else previous.get("lastUpdatedTimestamp", str(seconds))
    )
    return {**condition, "lastUpdatedTimestamp": stamp}
