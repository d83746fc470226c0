"""Removes what a run left behind: everything that carries its id, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from conformance.checks.context import Context
from conformance.driver.answers import at
from conformance.driver.errors import TargetError
from conformance.driver.history import History
from conformance.driver.kube import Kube
from conformance.driver.lane import Lane
from conformance.driver.ownership import LABEL, run_of
from conformance.driver.resources import CLUSTERROLEBINDINGS, CLUSTERROLES, CRDS, NAMESPACES

KINDS = (NAMESPACES, CLUSTERROLES, CLUSTERROLEBINDINGS, CRDS)  # whatever else a run makes is in its namespaces


@dataclass(slots=True)
class Swept:
    """What was found, by path, and what would not go."""

    found: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def sweep(context: Context, *, dry_run: bool = False) -> Swept:
    """Delete everything of the context's run; deleting nothing is no error. Raises TargetError when nobody answers."""
    lane = context.lane("sweep", History())
    swept = Swept()
    _cluster(context, context.kube(lane, "check=sweep"), swept, dry_run=dry_run)
    if context.facts.has_s3:
        _objects(context, lane, swept, dry_run=dry_run)
    return swept


def _cluster(context: Context, admin: Kube, swept: Swept, *, dry_run: bool) -> None:
    for resource in KINDS:
        listed = admin.list(resource, labelSelector=f"{LABEL}={context.facts.run_id}")
        if not listed.ok:
            swept.refused.append(f"{resource.path()}: {listed.said()}")
        for obj in listed.items:
            path = resource.path("", str(at(obj, "metadata.name")))
            swept.found.append(path)
            if dry_run:
                continue
            context.ownership.adopt(path, obj)
            answer = admin.request("DELETE", path)
            if not answer.ok and answer.code != 404:
                swept.refused.append(f"{path}: {answer.said()}")


def _objects(context: Context, lane: Lane, swept: Swept, *, dry_run: bool) -> None:
    store = context.store(lane, "check=sweep")
    for key in store.keys_under(store.prefix):
        swept.found.append(f"s3://{store.bucket}/{key}")
        if dry_run:
            continue
        answer = store.delete(key)
        if not answer.ok:
            swept.refused.append(f"s3://{store.bucket}/{key}: {answer.said()}")


def runs(context: Context) -> dict[str, int]:
    """Every run that left something in the cluster, and how many objects. Raises TargetError."""
    admin = context.kube(context.lane("runs", History()), "check=sweep")
    found: Counter[str] = Counter()
    for resource in KINDS:
        listed = admin.list(resource, labelSelector=LABEL)
        if not listed.ok:
            raise TargetError(f"{resource.plural} cannot be listed: {listed.said()}")
        found.update(run_of(obj) for obj in listed.items)
    return dict(found)
