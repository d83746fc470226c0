"""Artifacts: what a Model's URIs point at outlives the Model."""

from __future__ import annotations

import hashlib

from hypothesis import strategies as st

from conformance.checks.check import Check, forall, require
from conformance.checks.session import Session
from conformance.driver.kubernetes import models
from conformance.strategies.models import model


def survive(session: Session) -> None:
    """After ``kubectl delete model`` the objects under its URIs are there, byte for byte."""
    clause = "artifacts.survive-deletion"
    store = session.store
    assert store is not None, "the check needs s3"
    spelling = session.spelling
    with session.namespace() as namespace:

        def body(parts: list[bytes]) -> None:
            name = session.named("m")
            keys = [f"conformance/{session.run_id}/{name}/{number}" for number in range(len(parts))]
            try:
                for key, data in zip(keys, parts, strict=True):
                    code = store.put(key, data)
                    require(code == 200, clause, "an artifact cannot be written", 200, code)
                uris = [f"s3://{store.endpoint.bucket}/{key}" for key in keys]
                spec = {spelling["raw"]: uris, spelling["deployable"]: uris[:1]}
                session.admin.send("POST", models(namespace), model(namespace, name, spec))
                gone = session.admin.send("DELETE", models(namespace, name))
                require(gone.code == 200, clause, "the Model cannot be deleted", 200, gone.value)
                read = session.admin.send("GET", models(namespace, name))
                require(read.code == 404, clause, "a deleted Model is still there", 404, read.code)
                for key, data in zip(keys, parts, strict=True):
                    code, digest = store.get(key)
                    expected = hashlib.sha256(data).hexdigest()
                    require(code == 200, clause, "an artifact went with its Model", 200, code)
                    require(digest == expected, clause, "an artifact changed", expected, digest)
            finally:
                for key in keys:
                    store.delete(key)

        forall(session, st.lists(st.binary(max_size=64), min_size=1, max_size=3), body)


CHECKS = (Check("artifacts-survive", ("artifacts.survive-deletion",), survive, needs=("s3",)),)
