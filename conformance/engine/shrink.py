"""Delta debugging on plain JSON: after Hypothesis, drops what a counterexample can do without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Fails = Callable[[Any], bool | None]
"""Whether a smaller case still fails; None when there is no time left to ask."""


def shrink(case: Any, fails: Fails) -> Any:
    """The smallest case found by dropping list items and optional keys while it still fails."""
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(case):
            verdict = fails(smaller)
            if verdict is None:
                return case
            if verdict:
                case, progress = smaller, True
                break
    return case


def _smaller(value: Any) -> Iterator[Any]:
    """Every value that lacks a piece: large pieces first."""
    if isinstance(value, list):
        length = len(value)
        size = length // 2
        while size:
            for start in range(0, length, size):
                yield value[:start] + value[start + size :]
            size //= 2
        if length == 1:
            yield []
        for index, item in enumerate(value):
            for smaller in _smaller(item):
                yield [*value[:index], smaller, *value[index + 1 :]]
    elif isinstance(value, dict):
        for key, item in value.items():
            for smaller in _smaller(item):
                yield {**value, key: smaller}
