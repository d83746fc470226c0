"""Time and identity as values, so that a run can be made reproducible."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime


class Clock:
    """The real ones: UTC now, and random uids."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return datetime.now(UTC)

    def timestamp(self) -> str:
        """Now as Kubernetes writes it: RFC 3339, whole seconds."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def uid(self) -> str:
        """A fresh uid."""
        return str(uuid.uuid4())
