"""Spans of time as people write them: ``91d``, ``36h``, ``1d12h30m``."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_PART = re.compile(r"(\d+)([wdhms])")


def parse(text: str) -> timedelta:
    """A span. Raises ValueError, which says how one is written."""
    if not text or _PART.sub("", text):
        raise ValueError(f"{text!r} is no span of time: write 91d, 36h, 1d12h or 90s")
    try:
        return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
    except OverflowError:
        raise ValueError(f"{text!r} is too long a span of time") from None
