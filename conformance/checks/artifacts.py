"""Step 2: the bucket, and what becomes of artifacts."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.driver.resources import MODELS

data = st.one_of(
    st.just(""), st.text("ab\u00e9\u0000\n", max_size=40), st.integers(1, 3).map(lambda n: "x" * 10000 * n)
)


@check(
    "artifact-permissions",
    "s3.put",
    "s3.get",
    "s3.list",
    "s3.delete",
    "needs.object-store",
    given=st.lists(data, min_size=1, max_size=4),
    needs=(Need.S3,),
)
def artifact_permissions(w: World, case: Case) -> None:
    """The platform puts, gets, lists and deletes objects of the models bucket."""
    written = {w.key("artifact"): text.encode() for text in case}
    for key, content in written.items():
        answer = w.store.put(key, content)
        w.expect(answer.ok, "PutObject to succeed", answer.said(), "s3.put")
    for key, content in written.items():
        answer = w.store.get(key)
        w.expect(answer.ok, "GetObject to succeed", answer.said(), "s3.get")
        w.expect(
            answer.bytes == content, f"the {len(content)} bytes that were put", f"{len(answer.bytes)} bytes", "s3.get"
        )
    prefix = next(iter(written), "").rpartition("/")[0] + "/"
    found = w.store.keys_under(prefix)
    w.equal(sorted(found), sorted(written), "the keys of the list", "s3.list")
    for key in written:
        answer = w.store.delete(key)
        w.expect(answer.ok, "DeleteObject to succeed", answer.said(), "s3.delete")
        gone = w.store.get(key)
        w.expect(gone.code == 404, "404 for a deleted object", gone.said(), "s3.delete")
    w.equal(w.store.keys_under(prefix), [], "the keys after deletion", "s3.delete")


@check(
    "artifacts-survive",
    "retention.no-cascade",
    given=st.tuples(st.lists(data, min_size=1, max_size=3), st.sampled_from(["delete", "collection", "namespace"])).map(
        list
    ),
    needs=(Need.S3,),
)
def artifacts_survive(w: World, case: Case) -> None:
    """Whatever way a Model goes, its artifacts stay, byte for byte."""
    contents, way = case
    keys = {w.key("artifact"): text.encode() for text in contents}
    for key, content in keys.items():
        answer = w.store.put(key, content)
        w.expect(answer.ok, "PutObject to succeed", answer.said())
    uris = [w.uri(key) for key in keys]
    w.register({"model_artifact_uri": uris, "deployable_artifact_uri": uris[:1]}, "m")
    if way == "delete":
        w.made(w.admin.delete(MODELS, w.namespace, "m"))
    elif way == "collection":
        w.made(w.admin.delete_collection(MODELS, w.namespace))
    else:
        w.made(w.admin.request("DELETE", f"/api/v1/namespaces/{w.namespace}"))
    gone = w.eventually(lambda: w.admin.get(MODELS, w.namespace, "m"), lambda answer: answer.code == 404)
    w.expect(gone.code == 404, "the Model to be gone", gone.said())
    for key, content in keys.items():
        answer = w.store.get(key)
        w.expect(
            answer.ok and answer.bytes == content,
            f"{w.uri(key)} to be there with its {len(content)} bytes",
            answer.said(),
        )


@check(
    "artifact-keys",
    "s3.any-key",
    "s3.overwrite",
    given=st.text("ab /+%&?=#'\u00e9\u4e16~.-_", min_size=1, max_size=24),
    needs=(Need.S3,),
)
def artifact_keys(w: World, case: Case) -> None:
    """Whatever characters a key has, it names its own object, is listed as it was given, and is overwritten in place."""
    key = f"{w.key('k')}/{case}"
    w.keys_made.append(key)
    for content in (b"first", b"second"):
        answer = w.store.put(key, content)
        w.expect(answer.ok, f"PutObject {key!r} to succeed", answer.said(), "s3.any-key")
        read = w.store.get(key)
        clause = "s3.any-key" if content == b"first" else "s3.overwrite"
        w.expect(read.ok and read.bytes == content, f"{content!r} under {key!r}", read.said(), clause)
    w.equal(w.store.keys_under(key.rpartition(case)[0]), [key], "the keys of the list", "s3.any-key")


@check("artifact-large", "s3.large-objects", needs=(Need.S3,), slow=True)
def artifact_large(w: World, case: Case) -> None:
    """Megabytes go in and come out whole."""
    data = b"0123456789abcdef" * (1 << 18)  # 4 MiB
    key = w.key("large")
    answer = w.store.put(key, data)
    w.expect(answer.ok, "PutObject to succeed", answer.said())
    w.expect(w.store.get(key).bytes == data, f"{len(data)} bytes", "other bytes")
