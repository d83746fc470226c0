"""The condition engine: actors in order, the first that is not TRUE acts, and what came of it.

As the platform has it: the CamelCase word goes to ``message``, the sentence to ``reason``; ``lastUpdatedTimestamp`` is in Unix
seconds, a string, and moves only when something else changes, be it that what was found has been put right in the same pass; UNKNOWN is said by leaving ``status`` out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

Object = dict[str, Any]
_MARK = {"@type": "type.googleapis.com/google.protobuf.BoolValue", "value": "CAE="}  # true, as protobuf writes it
TRUE, FALSE, UNKNOWN = "CONDITION_STATUS_TRUE", "CONDITION_STATUS_FALSE", "CONDITION_STATUS_UNKNOWN"


class Outcome(NamedTuple):
    """What an actor found: a status, and for all but TRUE a word and a sentence."""

    status: str
    message: str = ""
    reason: str = ""
    metadata: Object | None = None

    def marked(self) -> Outcome:
        """The same, with the platform's mark that something has begun; it stays with the condition."""
        return self._replace(metadata=dict(_MARK))


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
    outcomes: list[tuple[str, Outcome, bool]] = []
    acted = failed = False
    for actor in actors:
        found = outcome = await actor.retrieve()
        if found.status != TRUE and not acted:
            acted = True
            outcome = await actor.act()
            failed = outcome.status == FALSE
        outcomes.append((actor.type, outcome, outcome != found))
    conditions = [_condition(sort, outcome, known.get(sort), seconds, moved=moved) for sort, outcome, moved in outcomes]
    stopped_at, stopped = next(((sort, item) for sort, item, _ in outcomes if item.status != TRUE), ("", None))
    return Pass(conditions, stopped, stopped_at, failed)


def alike(one: Sequence[Object], other: Sequence[Object]) -> bool:
    """Whether conditions say the same, whenever they came to say it."""
    return [{**item, "lastUpdatedTimestamp": ""} for item in one] == [
        {**item, "lastUpdatedTimestamp": ""} for item in other
    ]


def _condition(sort: str, outcome: Outcome, previous: Object | None, seconds: int, *, moved: bool) -> Object:
    condition: Object = {"type": sort}
    if outcome.status != UNKNOWN:
        condition["status"] = outcome.status
    if outcome.message:
        condition["message"] = outcome.message
    if outcome.reason:
        condition["reason"] = outcome.reason
    before = {key: value for key, value in (previous or {}).items() if key not in ("lastUpdatedTimestamp", "metadata")}
    same = previous is not None and before == condition and not moved
    stamp = (previous or {}).get("lastUpdatedTimestamp") if same else None
    metadata = outcome.metadata or (previous or {}).get("metadata")
    marked = {"metadata": metadata} if metadata else {}
    return {**condition, **marked, "lastUpdatedTimestamp": stamp or str(seconds)}
