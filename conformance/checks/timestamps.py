"""creationTimestamp: the clock that retention goes by."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.kube import JSON_PATCH
from conformance.driver.resources import MODELS

FORMAT = re.compile(r"\A\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\Z")
OLD = "2001-02-03T04:05:06Z"
_steps = st.lists(
    st.sampled_from(["update", "merge", "backdate", "null", "json-patch", "status", "labels"]), min_size=1, max_size=5
)


@check(
    "creation-timestamp-fixed",
    "retention.timestamp-fixed",
    "retention.timestamp-real",
    "dates.comparable",
    given=_steps,
)
def creation_timestamp_fixed(w: World, case: Case) -> None:
    """CreationTimestamp is set once and does not move, whatever clients do."""
    created = w.register({"revision_id": 1}, "m")
    stamp = created.at("metadata.creationTimestamp")
    w.expect(
        isinstance(stamp, str) and FORMAT.match(stamp),
        "a creationTimestamp like 2026-01-31T12:00:00Z",
        stamp,
        "dates.comparable",
    )
    for number, step in enumerate(case):
        read = w.made(w.admin.get(MODELS, w.namespace, "m"))
        metadata = {**read.at("metadata", {})}
        if step == "update":
            w.made(
                w.admin.update(
                    MODELS, w.namespace, "m", {**read.body, "spec": w.dialect.spell({"revision_id": number + 2})}
                )
            )
        elif step == "merge":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell({"revision_id": number + 2})}))
        elif step == "backdate":
            w.admin.update(MODELS, w.namespace, "m", {**read.body, "metadata": {**metadata, "creationTimestamp": OLD}})
        elif step == "null":
            w.admin.update(MODELS, w.namespace, "m", {**read.body, "metadata": {**metadata, "creationTimestamp": None}})
        elif step == "json-patch":
            patch = [{"op": "replace", "path": "/metadata/creationTimestamp", "value": OLD}]
            w.admin.patch(MODELS, w.namespace, "m", patch, JSON_PATCH)
        elif step == "status":
            w.admin.patch(
                MODELS, w.namespace, "m", {"metadata": {"creationTimestamp": OLD}, "status": {}}, subresource="status"
            )
        else:
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"metadata": {"labels": {"step": f"n{number}"}}}))
        read = w.made(w.admin.get(MODELS, w.namespace, "m"))
        w.equal(
            read.at("metadata.creationTimestamp"), stamp, f"creationTimestamp after {step}", "retention.timestamp-fixed"
        )
