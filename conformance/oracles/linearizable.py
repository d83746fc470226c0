"""Whether concurrent operations on one object happened in one order: a search over orders, as porcupine does it.

Each operation has an interval, from question to answer. An order explains a history if it respects those intervals (what
ended before another began comes first) and every answer is what a single correct object would have given. An operation
without an answer may have happened at any time after its question, or never.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

S = TypeVar("S", bound=Hashable)
LIMIT = 200_000  # states looked at before the answer is "unknown"


@dataclass(frozen=True, slots=True)
class Call:
    """One operation: what was asked and answered, and when. ``answer`` None: no answer came."""

    asked_at: float
    answered_at: float
    asked: Any
    answer: Any


@dataclass(frozen=True, slots=True)
class Judgement(Generic[S]):
    """``order`` explains the history; None when nothing does, or (``undecided``) when the search gave up."""

    order: tuple[Call, ...] | None
    longest: tuple[Call, ...] = ()  # the longest order that explains a part
    undecided: bool = False


def linearize(calls: Sequence[Call], start: S, step: Callable[[S, Any, Any], S | None]) -> Judgement[S]:
    """Find an order. ``step(state, asked, answer)`` is the next state, or None if a correct object could not answer so."""
    ordered = sorted(calls, key=lambda call: call.asked_at)
    ends = [call.answered_at if call.answer is not None else math.inf for call in ordered]
    must = sum(1 << number for number, call in enumerate(ordered) if call.answer is not None)
    seen: set[tuple[int, S]] = set()
    longest: tuple[int, ...] = ()
    stack: list[tuple[int, S, tuple[int, ...]]] = [(0, start, ())]
    while stack:
        done, state, path = stack.pop()
        if done & must == must:
            return Judgement(tuple(ordered[number] for number in path))
        if (done, state) in seen:
            continue
        seen.add((done, state))
        if len(seen) > LIMIT:
            return Judgement(None, tuple(ordered[number] for number in longest), undecided=True)
        if len(path) > len(longest):
            longest = path
        horizon = min((ends[number] for number in range(len(ordered)) if not done >> number & 1), default=math.inf)
        for number in reversed(range(len(ordered))):
            call = ordered[number]
            if done >> number & 1 or call.asked_at > horizon:
                continue
            following = step(state, call.asked, call.answer)
            if following is not None:
                stack.append((done | 1 << number, following, (*path, number)))
    return Judgement(None, tuple(ordered[number] for number in longest))
