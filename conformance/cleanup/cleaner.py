"""Carries out a plan: for each Model its objects first, then the Model. Can be cut off anywhere and run again.

Theory of operation. A Model is the only thing that names its objects, so it goes last: whatever happens before, its objects
are still found by the next run. Objects that another Model names are left, whoever else goes; the Models are listed again from
time to time, because somebody may register a Model that shares artifacts while a long cleanup runs. A Model is deleted only as
the version that was planned: one that was changed meanwhile stays, and the next run looks at it afresh.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

from conformance.cleanup.doors import ModelRegistry, Objects, RefusedError
from conformance.cleanup.plan import Plan, Selected, plan
from conformance.cleanup.records import Place

REFRESH_SECONDS = 5.0
Say = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """What a cleanup did."""

    planned: Plan
    deleted_models: list[str] = field(default_factory=list)
    deleted_objects: int = 0
    kept_objects: int = 0  # because a Model that stays names them
    left: dict[str, str] = field(default_factory=dict)  # Models that should have gone, and why they did not

    @property
    def complete(self) -> bool:
        """Whether everything that was selected is gone."""
        return not self.left


def clean_up(
    registry: ModelRegistry,
    objects: Objects,
    cutoff: str,
    buckets: Collection[str],
    *,
    dry_run: bool = False,
    say: Say = lambda text: None,
    clock: Callable[[], float] = time.monotonic,
    refresh_seconds: float = REFRESH_SECONDS,
) -> Outcome:
    """Plan, tell the plan, and carry it out. Raises RefusedError when the Models cannot be listed."""
    planned = plan(registry.models(), cutoff, buckets)
    outcome = Outcome(planned)
    tell(planned, say)
    if dry_run:
        return outcome
    looked = clock()
    going = {(one.record.uid, one.record.version) for one in planned.selected}
    for number, one in enumerate(planned.selected, 1):
        if clock() - looked > refresh_seconds:
            fresh = plan(registry.models(), cutoff, buckets)
            planned = Plan(cutoff, planned.selected, fresh.skipped, fresh.kept + _changed(fresh, going))
            looked = clock()
        head = f"[{number}/{len(planned.selected)}] {one.record.label}"
        try:
            _one(one, planned, registry, objects, outcome, partial(_after, say, head))
        except RefusedError as error:
            outcome.left[one.record.label] = str(error)
            say(f"{head}: stays: {error}")
    return outcome


def _after(say: Say, head: str, text: str) -> None:
    say(f"{head}: {text}")


def _changed(fresh: Plan, going: set[tuple[str, str]]) -> tuple[Place, ...]:
    """Places of Models that are old but were not planned as they are now: they stay for this run, so what they name does, too."""
    return tuple(
        place for one in fresh.selected if (one.record.uid, one.record.version) not in going for place in one.places
    )


def _one(one: Selected, planned: Plan, registry: ModelRegistry, objects: Objects, outcome: Outcome, say: Say) -> None:
    for place in one.places:
        found = [
            (key, version) for key, version in objects.under(place.bucket, place.key) if place.covers(place.bucket, key)
        ]
        going = [(key, version) for key, version in found if not planned.protects(place.bucket, key)]
        outcome.kept_objects += len(found) - len(going)
        failed = objects.delete(place.bucket, going) if going else []
        outcome.deleted_objects += len(going) - len(failed)
        if failed:
            raise RefusedError(f"{len(failed)} of its objects could not be deleted: {failed[0]}")
        if going:
            say(f"{len(going)} objects of s3://{place.bucket}/{place.key} deleted")
    if registry.delete(one.record):
        outcome.deleted_models.append(one.record.label)
        say("deleted")
    else:
        raise RefusedError("it was changed while the cleanup ran; run it again")


def tell(planned: Plan, say: Say) -> None:
    """The plan in sentences."""
    say(f"older than {planned.cutoff}: {len(planned.selected)} models to delete, {len(planned.skipped)} skipped")
    for one in planned.selected:
        shared = [place for place in one.places if planned.protects(place.bucket, place.key)]
        say(
            f"  {one.record.label} of {one.record.created}: {len(one.places)} places"
            + (f", {len(shared)} of them kept for models that stay" if shared else "")
        )
    for skipped in planned.skipped:
        say(f"  {skipped.record.label} is skipped: {skipped.reason}")
