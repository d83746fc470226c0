"""The troubleshooting row about waiting for Ready on a Model."""

from __future__ import annotations

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.resources import MODELS


@check("wait-ready", "trouble.wait-ready", slow=True)
def wait_ready(w: World, case: Case) -> None:
    """However long one waits there is no condition on a Model; the deployable URI appears when it is set, and is the signal."""
    w.register({"description": "waited for"}, "m")
    seen: set[str] = set()
    until = 0.5 * w.settle
    first = w.lane.answered_at
    while w.lane.answered_at - first < until:
        answer = w.made(w.admin.get(MODELS, w.namespace, "m"))
        seen |= {str(at(item, "type", "")) for item in answer.at("status.conditions", []) or []}
        w.expect(not at(w.spec_of(answer.body), "deployable_artifact_uri"), "no deployable URI yet", answer.at("spec"))
        w.lane.pause(0.1 * w.settle)
    w.equal(sorted(seen), [], "conditions of a Model")
    field = w.dialect.field("deployable_artifact_uri")
    w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {field: ["s3://bucket/ready"]}}))
    ready = w.eventually(
        lambda: w.admin.get(MODELS, w.namespace, "m"),
        lambda answer: bool(at(w.spec_of(answer.body), "deployable_artifact_uri")),
    )
    w.equal(at(w.spec_of(ready.body), "deployable_artifact_uri"), ["s3://bucket/ready"], "the signal")
