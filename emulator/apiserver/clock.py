"""Time and identity as values, so that a run can be made reproducible."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """UTC now, which can be moved, and random uids."""

    def __init__(self) -> None:
        self.offset = timedelta()  # from the machine's clock
        self._written = datetime.min.replace(tzinfo=UTC), ""  # the last timestamp, and its second
        self.listeners: list[Callable[[timedelta], None]] = []  # called with how far the clock was moved

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return datetime.now(UTC) + self.offset

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self.shift(self.offset + by)

    def set(self, instant: datetime) -> None:
        """Let it be that instant now."""
        self.shift(instant - datetime.now(UTC))

    def shift(self, offset: timedelta) -> None:
        """Let it be so far from the machine's clock."""
        by, self.offset = offset - self.offset, offset
        for listener in self.listeners:
            listener(by)

    def timestamp(self) -> str:
        """Now as Kubernetes writes it: RFC 3339, whole seconds."""
        second = self.now().replace(microsecond=0)
        if self._written[0] != second:
            self._written = second, second.isoformat().replace("+00:00", "Z")
        return self._written[1]

    def uid(self) -> str:
        """A fresh uid."""
        return str(uuid.uuid4())
