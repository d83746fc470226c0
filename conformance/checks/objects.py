"""Optimistic concurrency and identity, on Models."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.resources import MODELS
from conformance.strategies.models import small_specs


@check("stale-update", "k8s.stale-update", given=st.lists(small_specs, min_size=2, max_size=4))
def stale_update(w: World, case: Case) -> None:
    """An update that carries an old resourceVersion is refused with Conflict, and the object stays as the other left it."""
    first = w.register(case[0], "m")
    latest = first
    for number, spec in enumerate(case[1:], 1):
        fresh = {**latest.body, "spec": w.dialect.spell({**spec, "description": f"write {number}"})}
        latest = w.made(w.admin.update(MODELS, w.namespace, "m", fresh))
    if len(case) < 2:
        return
    stale = {**first.body, "spec": w.dialect.spell({**case[0], "description": "from the past"})}
    w.refused(w.admin.update(MODELS, w.namespace, "m", stale), 409, "Conflict", "an update with an old resourceVersion")
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    w.equal(read.at("spec"), latest.at("spec"), "the spec after the refused update")
    w.equal(read.resource_version, latest.resource_version, "the resourceVersion after the refused update")


@check("create-once", "k8s.create-once", given=st.lists(small_specs, min_size=2, max_size=2))
def create_once(w: World, case: Case) -> None:
    """A second create of a name is refused with AlreadyExists, and the first stays."""
    if len(case) < 2:
        return
    first = w.register(case[0], "m")
    w.refused(w.admin.create(MODELS, w.namespace, w.model("m", case[1])), 409, "AlreadyExists", "a second create")
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    w.equal(read.at("spec", {}), first.at("spec", {}), "the spec after the second create")
    w.equal(read.at("metadata.uid"), first.at("metadata.uid"), "the uid after the second create")


@check("identity", "k8s.identity", "retention.timestamp-per-object", given=small_specs, weight=0.4)
def identity(w: World, case: Case) -> None:
    """Uid does not change by updates, and is new for the next object of the name."""
    first = w.register(case, "m")
    uid = first.at("metadata.uid")
    w.expect(isinstance(uid, str) and uid, "a uid", uid)
    w.made(w.admin.patch(MODELS, w.namespace, "m", {"metadata": {"annotations": {"a": "b"}}}))
    w.equal(w.made(w.admin.get(MODELS, w.namespace, "m")).at("metadata.uid"), uid, "the uid after a patch")
    w.made(w.admin.delete(MODELS, w.namespace, "m"))
    again = w.register(case, "m")
    w.expect(again.at("metadata.uid") != uid, "another uid for another object", again.at("metadata.uid"))
    w.expect(
        str(again.at("metadata.creationTimestamp")) >= str(first.at("metadata.creationTimestamp")),
        "a creationTimestamp that is not before the first object's",
        (at(first.body, "metadata.creationTimestamp"), again.at("metadata.creationTimestamp")),
        "retention.timestamp-per-object",
    )
