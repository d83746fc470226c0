"""What a run left behind."""

from __future__ import annotations

from conformance.checks.context import Context
from conformance.driver.errors import TargetError
from conformance.driver.history import History
from conformance.driver.ownership import LABEL
from conformance.driver.s3 import ObjectStore
from conformance.engine.sweep import KINDS

WAIT_SECONDS = 60.0


def leaks(context: Context) -> list[str]:
    """Paths of everything that carries the run's id and is still there after a while; nothing for a target that ends anyway."""
    if context.facts.disposable:
        return []
    lane = context.lane("leaks", History())
    admin = context.kube(lane, "check=leaks")
    wait, limit = 0.1, context.facts.settle_seconds + WAIT_SECONDS
    waited = 0.0
    while True:
        try:
            left = [
                resource.path("", name)
                for resource in KINDS
                for name in admin.list(resource, labelSelector=f"{LABEL}={context.facts.run_id}").names
            ]
        except TargetError as error:
            return [f"unknown, because {error}"]
        if not left or waited > limit:
            break
        lane.pause(wait)
        waited += wait
        wait = min(wait * 2, 2.0)
    if context.facts.has_s3:
        left += _objects(context.store(lane, "check=leaks"))
    return left


def _objects(store: ObjectStore) -> list[str]:
    try:
        return [f"s3://{store.bucket}/{key}" for key in store.keys_under(store.prefix)]
    except TargetError as error:
        return [f"s3 unknown, because {error}"]
