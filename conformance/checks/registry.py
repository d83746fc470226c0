"""The registry: its CRD, what a Model keeps, what it refuses."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Check, forall, require
from conformance.checks.session import CRD, Session
from conformance.driver.kubernetes import MERGE, models
from conformance.model.registry import same, status_is_empty, visible
from conformance.strategies.models import model, specs, statuses, wrong_enums


def crd_installed(session: Session) -> None:
    """``kubectl get crd models.michelangelo.api`` finds an established definition."""
    answer = session.admin.send("GET", CRD)
    clause = "registry.crd-installed"
    require(answer.code == 200, clause, "the definition is not there", 200, answer.code)
    conditions = {item["type"]: item["status"] for item in answer.value.get("status", {}).get("conditions", [])}
    require(conditions.get("Established") == "True", clause, "it is not established", "True", conditions)
    listed = session.admin.send("GET", "/apis/michelangelo.api/v2")
    served = [item["name"] for item in listed.value.get("resources", [])] if listed.code == 200 else []
    require("models" in served, clause, "discovery does not show the resource", "models", served)


def round_trip(session: Session) -> None:
    """What is written of a Model is what is read."""
    clause = "registry.model-round-trips"
    with session.namespace() as namespace:

        def body(spec: Any) -> None:
            name = session.named("m")
            written = model(namespace, name, spec)
            made = session.admin.send("POST", models(namespace), written)
            require(made.code == 201, clause, "a valid Model was refused", 201, made.value)
            read = session.admin.send("GET", models(namespace, name))
            require(read.code == 200, clause, "a created Model cannot be read", 200, read.value)
            one, two = visible(written), visible(read.value)
            require(same(one, two), clause, "it does not read back as it was written", one, two)
            for field in (session.spelling["raw"], session.spelling["deployable"]):
                given, kept = spec.get(field) or [], read.value["spec"].get(field) or []
                require(given == kept, clause, f"spec.{field} changed", given, kept)

        forall(session, specs(session.dialect), body)


def empty_status(session: Session) -> None:
    """Nobody can give a Model a status: not when it is created, not by an update, not through /status."""
    clause = "registry.status-stays-empty"
    with session.namespace() as namespace:

        def body(status: Any) -> None:
            name = session.named("m")
            made = session.admin.send("POST", models(namespace), model(namespace, name, {}, status=status))
            require(made.code == 201, clause, "a Model with a status was refused", 201, made.value)
            for subresource in ("", "status"):
                path = models(namespace, name, subresource)
                session.admin.send("PATCH", path, {"status": status}, MERGE)
                read = session.admin.send("GET", models(namespace, name))
                observed = read.value.get("status")
                require(status_is_empty(read.value), clause, "a Model has a status", "none", observed)

        forall(session, statuses(), body)


def enums(session: Session) -> None:
    """A value that no enumeration has is refused with 422, and nothing is stored."""
    clause = "registry.enums-enforced"
    with session.namespace() as namespace:

        def body(spec: Any) -> None:
            name = session.named("m")
            made = session.admin.send("POST", models(namespace), model(namespace, name, spec))
            require(made.code == 422, clause, "a value outside the enumeration was taken", 422, made.code)
            read = session.admin.send("GET", models(namespace, name))
            require(read.code == 404, clause, "what was refused is there", 404, read.code)

        forall(session, wrong_enums(session.dialect), body)


def listing(session: Session) -> None:
    """A list has the namespace's Models, all of them, and nobody else's."""
    clause = "registry.listed-by-namespace"

    def body(counts: tuple[int, int]) -> None:
        with session.namespace() as one, session.namespace() as two:
            for namespace, count in ((one, counts[0]), (two, counts[1])):
                for number in range(count):
                    session.admin.send("POST", models(namespace), model(namespace, f"m{number}", {}))
            for namespace, count in ((one, counts[0]), (two, counts[1])):
                answer = session.admin.send("GET", models(namespace))
                names = sorted(item["metadata"]["name"] for item in answer.value.get("items", []))
                expected = [f"m{number}" for number in range(count)]
                require(names == expected, clause, "the list is not the namespace's Models", expected, names)

    forall(session, st.tuples(st.integers(0, 4), st.integers(0, 4)), body)


CHECKS = (
    Check("crd-installed", ("registry.crd-installed",), crd_installed),
    Check("round-trip", ("registry.model-round-trips",), round_trip),
    Check("empty-status", ("registry.status-stays-empty",), empty_status),
    Check("enums", ("registry.enums-enforced",), enums),
    Check("listing", ("registry.listed-by-namespace",), listing),
)
