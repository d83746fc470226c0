"""Three objects share a uid."""

from __future__ import annotations

from dataclasses import replace

from emulator.apiserver.clock import Clock
from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

NAME = "shared-uids"


class _Shared(Clock):
    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    def uid(self) -> str:
        """The same uid three times."""
        self.made.append(super().uid())
        tell(NAME)
        return self.made[(len(self.made) - 1) // 3]


def fit(parts: Parts) -> Parts:
    """Put another clock in."""
    return replace(parts, apiserver=replace(parts.apiserver, clock=_Shared()))


LIE = Lie(__doc__ or "", "k8s.identity", "identity", fit)
