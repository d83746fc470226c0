"""The server's clock is a day ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from emulator.apiserver.clock import Clock
from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

NAME = "tomorrow"


class _Tomorrow(Clock):
    def now(self) -> datetime:
        """A day ahead."""
        tell(NAME)
        return super().now() + timedelta(days=1)


def fit(parts: Parts) -> Parts:
    """Put another clock in."""
    return replace(parts, apiserver=replace(parts.apiserver, clock=_Tomorrow()))


LIE = Lie(__doc__ or "", "retention.timestamp-real", "timestamp-now", fit)
