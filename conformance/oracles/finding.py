"""What an oracle says when a clause is broken, and the two other ways in which a check can end early."""

from __future__ import annotations

import json
from typing import Any

_SHOWN = 700


def shown(value: Any) -> str:
    """A value for people: JSON where it is JSON, and not endless."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + f"… ({len(text)} characters)"


class Finding(AssertionError):  # noqa: N818 - it is a finding, about the target; an error would be ours
    """A clause is broken: what it demands, and what was seen instead."""

    def __init__(self, clause: str, expected: str, observed: Any) -> None:
        self.clause = clause
        self.expected = expected
        self.observed = shown(observed)
        super().__init__(f"{clause}: expected {expected}; observed {self.observed}")


class Undecided(Exception):  # noqa: N818
    """The evidence does not decide, and the reason is told. Never a pass."""


class NotApplicable(Exception):  # noqa: N818
    """The target does not have what the clause speaks of, and the reason is told."""
