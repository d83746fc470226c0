"""What a watch delivered against what was written: gaps, doubles, disorder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CHANGES = ("ADDED", "MODIFIED", "DELETED")


@dataclass(frozen=True, slots=True)
class Seen:
    """An event, as far as order goes."""

    type: str
    name: str
    version: str


def disagreements(written: Sequence[Seen], delivered: Iterable[Seen]) -> list[str]:
    """How a watch differs from the writes it should tell of, in sentences; none when it tells each once and in order.

    ``written`` is in the order in which one client wrote, so it is the order of the changes.
    """
    told = [event for event in delivered if event.type in CHANGES]
    said: list[str] = []
    wanted, got = Counter(written), Counter(told)
    for event in dict.fromkeys([*written, *told]):
        what = f"{event.type} {event.name}" + (f" at {event.version}" if event.version else "")
        if event not in got:
            said.append(f"{what} was written and not delivered")
        elif event not in wanted:
            said.append(f"{what} was delivered and not written")
        elif got[event] != wanted[event]:
            said.append(f"{what} was written {wanted[event]} times and delivered {got[event]} times")
    if not said and told != list(written):
        said.append(f"delivered in another order: {_order(told)} instead of {_order(written)}")
    return said


def _order(events: Iterable[Seen]) -> str:
    return ", ".join(f"{event.type} {event.name}@{event.version}" for event in events)


def lives(types: Mapping[str, Sequence[str]]) -> list[str]:
    """Objects whose events cannot be a life: ADDED first, DELETED last and then ADDED again."""
    said = []
    for name, sequence in types.items():
        alive: bool | None = None
        for number, kind in enumerate(sequence):
            wrong = (kind == "ADDED" and alive) or (kind in ("MODIFIED", "DELETED") and alive is False)
            if wrong:
                said.append(f"{name}: {kind} after {', '.join(sequence[:number])}")
                break
            alive = kind != "DELETED"
    return said
