"""Optimistic concurrency and the clock of a Model."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Check, forall, require
from conformance.checks.session import Session
from conformance.driver.history import History
from conformance.driver.kubernetes import MERGE, models
from conformance.oracles.finding import ViolationError
from conformance.oracles.updates import stale_updates
from conformance.strategies.models import model


def stale_update(session: Session) -> None:
    """Of two writers who read the same version, the second is told."""
    revision = session.spelling["revision"]
    with session.namespace() as namespace:

        def body(writes: list[int]) -> None:
            name = session.named("m")
            start = len(session.history)
            made = session.admin.send("POST", models(namespace), model(namespace, name, {revision: 0}))
            for number in writes:
                session.admin.send("PATCH", models(namespace, name), {"spec": {revision: number}}, MERGE)
            stale = made.value
            stale["spec"] = {revision: 99}
            answer = session.admin.send("PUT", models(namespace, name), stale)
            findings = stale_updates(History(session.history.exchanges[start:]))
            if findings:
                raise ViolationError(findings[0])
            read = session.admin.send("GET", models(namespace, name))
            clause = "kubernetes.stale-update-conflicts"
            kept = read.value["spec"].get(revision)
            require(answer.code != 409 or kept != 99, clause, "a refused update changed the object", writes[-1], kept)

        forall(session, st.lists(st.integers(1, 50), min_size=1, max_size=4, unique=True), body)


def creation_time(session: Session) -> None:
    """creationTimestamp is there at once, and neither updates nor clients move it."""
    clause = "retention.creation-time-is-fixed"
    with session.namespace() as namespace:

        def body(changes: list[Any]) -> None:
            name = session.named("m")
            made = session.admin.send("POST", models(namespace), model(namespace, name, {}))
            stamp = made.value["metadata"].get("creationTimestamp")
            require(bool(stamp), clause, "a new Model has no creationTimestamp", "a timestamp", stamp)
            for change in changes:
                session.admin.send("PATCH", models(namespace, name), change, MERGE)
            read = session.admin.send("GET", models(namespace, name))
            observed = read.value["metadata"].get("creationTimestamp")
            require(observed == stamp, clause, "creationTimestamp moved", stamp, observed)

        change = st.one_of(
            st.fixed_dictionaries({"spec": st.fixed_dictionaries({"description": st.text(max_size=8)})}),
            st.just({"metadata": {"labels": {"touched": "yes"}}}),
            st.just({"metadata": {"creationTimestamp": "2001-01-01T00:00:00Z"}}),
        )
        forall(session, st.lists(change, min_size=1, max_size=3), body)


CHECKS = (
    Check("stale-update", ("kubernetes.stale-update-conflicts",), stale_update),
    Check("creation-time", ("retention.creation-time-is-fixed",), creation_time),
)
