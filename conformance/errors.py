"""Who is at fault is the type: the target, the harness, or the caller.

::

    UsageError       the command line or a file of the user's (exit 3)
    HarnessError     we broke, or the target cannot be reached: no verdict (exit 4)
"""

from __future__ import annotations


class UsageError(Exception):
    """The caller asked for something that does not exist; the message says what does."""


class HarnessError(Exception):
    """No verdict can be given: the target is away, or we are broken."""
