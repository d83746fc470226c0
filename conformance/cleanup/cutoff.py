"""The cutoff: from an age to a timestamp as Kubernetes writes it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_AGE = re.compile(r"\A(\d+)(s|m|h|d|w)\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def age(text: str) -> timedelta:
    """``90d``, ``36h``, ``2w`` as a duration. Raises ValueError for anything else."""
    match = _AGE.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no age: give a number and a unit, such as 90d, 36h or 2w")
    try:
        return timedelta(**{_UNITS[match.group(2)]: int(match.group(1))})
    except OverflowError:
        raise ValueError(f"{text!r} is older than time") from None


def cutoff(older_than: timedelta, now: datetime | None = None) -> str:
    """The timestamp before which everything is older. Raises ValueError when that is before the calendar."""
    try:
        return ((now or datetime.now(UTC)) - older_than).astimezone(UTC).strftime(FORMAT)
    except OverflowError:
        raise ValueError("older than the calendar goes back") from None
