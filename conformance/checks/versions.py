"""Artifacts that were registered, and artifacts in a bucket that keeps versions."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.artifacts import data
from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.cleanup.cleaner import clean_up
from conformance.cleanup.doors import KubeRegistry, S3Objects
from conformance.driver.resources import MODELS
from conformance.oracles.finding import NotApplicable

ENABLED = (
    b'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Status>Enabled</Status></VersioningConfiguration>"
)
LATE = "2999-01-01T00:00:00Z"


@check(
    "artifact-registered",
    "how.registration-writes-both",
    given=st.lists(data, min_size=1, max_size=3),
    needs=(Need.S3,),
    weight=0.4,
)
def artifact_registered(w: World, case: Case) -> None:
    """Each URI that a registered Model shows names an object with the bytes that were written."""
    written = {w.uri(w.key("artifact")): text.encode() for text in case}
    start = len(f"s3://{w.facts.bucket}/")
    for uri, content in written.items():
        answer = w.store.put(uri[start:], content)
        w.expect(answer.ok, "PutObject to succeed", answer.said())
    w.register({"model_artifact_uri": list(written)}, "m")
    named = w.spec_of(w.made(w.admin.get(MODELS, w.namespace, "m")).body).get("model_artifact_uri")
    w.equal(named, list(written), "the URIs")
    for uri, content in written.items():
        answer = w.store.get(uri[start:])
        w.expect(answer.ok and answer.bytes == content, f"the bytes of {uri}", answer.said())


@check("cleanup-versions", "retention.versioned-buckets", needs=(Need.S3,))
def cleanup_versions(w: World, _: Case) -> None:
    """A cleanup removes every version and delete marker of a Model's objects from a bucket that keeps versions, and no other key's."""
    bucket = w.owned_name("versioned")
    made = w.store.request("PUT", bucket=bucket, ours=True)
    if not made.ok:
        raise NotApplicable(f"no bucket of our own can be made: {made.said()}")
    try:
        turned = w.store.request("PUT", bucket=bucket, query={"versioning": ""}, body=ENABLED, ours=True)
        if not turned.ok:
            raise NotApplicable(f"the store keeps no versions: {turned.said()}")
        doomed, kept = w.key("doomed"), w.key("kept")
        for key in (doomed, doomed, kept, kept):
            answer = w.store.request("PUT", key, bucket=bucket, body=b"bytes")
            w.expect(answer.ok, "PutObject to succeed", answer.said())
        w.store.request("DELETE", doomed, bucket=bucket)
        w.register({"model_artifact_uri": [f"s3://{bucket}/{doomed}"]}, "m")
        clean_up(KubeRegistry(w.admin, w.namespace), S3Objects(w.store), LATE, [bucket], clock=lambda: 0.0)
        left = w.store.versions_under("", bucket)
        found = sorted([*left.texts("Version/Key"), *left.texts("DeleteMarker/Key")])
        w.equal(found, [kept, kept], "the keys of all versions that are left")
    finally:
        everything = S3Objects(w.store)
        everything.delete(bucket, list(everything.under(bucket, "")))
        w.store.request("DELETE", bucket=bucket, ours=True)
