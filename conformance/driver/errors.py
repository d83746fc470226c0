"""Two families of trouble: theirs and ours."""

from __future__ import annotations


class TargetError(Exception):
    """The target did not answer (refused, timed out, closed the connection): says nothing about a clause yet."""


class HarnessError(Exception):
    """The suite is at fault: a bug, or a recording that does not fit this suite."""


class NotOursError(HarnessError):
    """A check was about to change something that this run did not make; nothing was sent."""


class MissingDoorError(Exception):
    """The target has no such door (S3, gRPC); what needs it cannot be judged."""
