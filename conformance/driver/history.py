"""What was said: every exchange with a target, in order, with its times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. *door* is ``kubernetes`` or ``s3``; times are seconds since the history began."""

    door: str
    identity: str
    method: str
    path: str
    body: Any
    code: int
    answer: Any
    asked_at: float
    answered_at: float

    def as_dict(self) -> Object:
        """The exchange as a line of the event log."""
        return asdict(self)


@dataclass(slots=True)
class History:
    """Exchanges in the order in which they were answered."""

    exchanges: list[Exchange] = field(default_factory=list)

    def append(self, exchange: Exchange) -> None:
        """Note one more."""
        self.exchanges.append(exchange)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def __len__(self) -> int:
        return len(self.exchanges)
