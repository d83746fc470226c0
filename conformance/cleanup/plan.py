"""What a cleanup is going to do, computed before it does anything. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from conformance.cleanup.records import TIMESTAMP, Place, Record


@dataclass(frozen=True, slots=True)
class Selected:
    """A Model that goes, and the places whose objects go with it."""

    record: Record
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A Model that is old enough and stays all the same, and why."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Who goes, who is skipped, and what the rest names: no object that the rest names is ever deleted."""

    cutoff: str
    selected: tuple[Selected, ...]
    skipped: tuple[Skipped, ...]
    kept: tuple[Place, ...]

    def protects(self, bucket: str, key: str) -> bool:
        """Whether a Model that stays names an object."""
        return any(place.covers(bucket, key) for place in self.kept)


def plan(records: Iterable[Record], cutoff: str, buckets: Collection[str]) -> Plan:
    """Select what is older than the cutoff, strictly, and whose artifacts can all be deleted."""
    selected: list[Selected] = []
    skipped: list[Skipped] = []
    staying: list[Record] = []
    for record in sorted(records, key=lambda record: (record.created, record.namespace, record.name)):
        if not TIMESTAMP.match(record.created):
            skipped.append(Skipped(record, f"its creationTimestamp {record.created!r} cannot be compared"))
        elif not record.created < cutoff:
            staying.append(record)
        elif foreign := record.foreign(buckets):
            skipped.append(Skipped(record, f"it names artifacts that cannot be deleted here: {', '.join(foreign[:3])}"))
        else:
            selected.append(Selected(record, record.places()))
    kept = [place for record in (*staying, *(one.record for one in skipped)) for place in record.places()]
    return Plan(cutoff, tuple(selected), tuple(skipped), tuple(dict.fromkeys(kept)))
