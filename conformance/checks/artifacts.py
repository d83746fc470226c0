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
    weight=0.6,
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
    sizes = w.store.list_objects(prefix).texts("Contents/Size")
    w.equal(
        sorted(sizes), sorted(str(len(content)) for content in written.values()), "the sizes in the list", "s3.list"
    )
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
    weight=0.5,
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
    given=st.text("ab /+%&?=#'\u00e9\u4e16~.-_", min_size=1, max_size=24).filter(
        lambda text: not {"", ".", ".."} & set(text.split("/"))  # not every store keeps these as they are
    ),
    needs=(Need.S3,),
    weight=0.6,
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


@check("artifact-odd-keys", "s3.any-key", needs=(Need.S3,))
def artifact_odd_keys(w: World, case: Case) -> None:
    """Keys that differ in a blank, a plus, a percent sign, a slash or a letter's case name different objects."""
    root = w.key("odd")
    keys = [
        f"{root}/{name}"
        for name in ("a b", "a+b", "a%20b", "a%2Bb", "a%b", "A b", "a/b", "e\u0301", "\u00e9", "a&b", "a?b")
    ]
    for key in keys:
        w.keys_made.append(key)
        answer = w.store.put(key, key.encode())
        w.expect(answer.ok, f"PutObject {key!r} to succeed", answer.said())
    for key in keys:
        read = w.store.get(key)
        w.expect(
            read.ok and read.bytes == key.encode(),
            f"what was put under {key!r}",
            read.said() if not read.ok else read.bytes.decode(),
        )
    w.equal(w.store.keys_under(f"{root}/"), sorted(keys, key=str.encode), "the keys of the list, in order")


@check("artifact-large", "s3.large-objects", needs=(Need.S3,), slow=True)
def artifact_large(w: World, case: Case) -> None:
    """Megabytes go in and come out whole."""
    data = b"0123456789abcdef" * (1 << 17)  # 2 MiB, and text: it is kept in the log
    key = w.key("large")
    answer = w.store.put(key, data)
    w.expect(answer.ok, "PutObject to succeed", answer.said())
    w.expect(w.store.get(key).bytes == data, f"{len(data)} bytes", "other bytes")


@check("artifact-parts", "s3.large-objects", needs=(Need.S3,), slow=True)
def artifact_parts(w: World, case: Case) -> None:
    """What is uploaded in parts, as large artifacts are, comes out whole and in order."""
    parts = [b"a" * (5 << 20), b"b" * 1000]  # all but the last are at least 5 MiB
    key = w.key("parts")
    begun = w.store.request("POST", key, query={"uploads": ""})
    upload = begun.xml.findtext("UploadId") or ""
    w.expect(begun.ok and upload, "CreateMultipartUpload to give an upload", begun.said())
    listed = ""
    for number, part in enumerate(parts, 1):
        answer = w.store.request("PUT", key, query={"partNumber": number, "uploadId": upload}, body=part)
        w.expect(answer.ok, f"UploadPart {number} to succeed", answer.said())
        tag = answer.exchange.answer_headers.get("etag", "")
        listed += f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    done = w.store.request("POST", key, query={"uploadId": upload}, body=body)
    w.expect(done.ok and done.xml.tag != "Error", "CompleteMultipartUpload to succeed", done.said())
    whole = b"".join(parts)
    sizes = w.store.list_objects(key).texts("Contents/Size")
    w.equal(sizes, [str(len(whole))], "the size in the list")
    seam, end = len(parts[0]), len(whole)
    for first, last in ((0, 9), (seam - 9, seam + 8), (end - 9, end - 1)):  # not all of it: it would be kept in the log
        found = w.store.get(key, f"bytes={first}-{last}").bytes
        w.expect(
            found == whole[first : last + 1],
            f"the bytes {first} to {last} of the parts in order",
            found.decode(errors="replace"),
        )


@check(
    "artifact-ranges",
    "s3.ranges",
    given=st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted),
    needs=(Need.S3,),
    weight=0.3,
)
def artifact_ranges(w: World, case: Case) -> None:
    """A range of an object is those bytes and no others, and says that it is partial."""
    key, content = w.key("ranged"), bytes(range(60))
    answer = w.store.put(key, content)
    w.expect(answer.ok, "PutObject to succeed", answer.said())
    first, last = case
    for span, wanted in (
        (f"bytes={first}-{last}", content[first : last + 1]),
        (f"bytes={first}-", content[first:]),
        (f"bytes=-{last + 1}", content[-last - 1 :]),
    ):
        part = w.store.get(key, span)
        w.equal(part.code, 206, f"the status of {span}")
        w.expect(part.bytes == wanted, f"the {len(wanted)} bytes of {span}", list(part.bytes))


@check("artifact-etags", "s3.etags", given=st.tuples(data, data).map(list), needs=(Need.S3,), weight=0.3)
def artifact_etags(w: World, case: Case) -> None:
    """An object's ETag is the same wherever it is shown, and changes with the content and with nothing else."""
    key = w.key("tagged")
    tags = []
    for content in (*case, case[0]):
        put = w.store.put(key, content.encode())
        w.expect(put.ok, "PutObject to succeed", put.said())
        shown = {
            "put": put.exchange.answer_headers.get("etag"),
            "get": w.store.get(key).exchange.answer_headers.get("etag"),
            "head": w.store.head(key).exchange.answer_headers.get("etag"),
            "list": next(iter(w.store.list_objects(key).texts("Contents/ETag")), None),
        }
        w.expect(shown["put"] and len(set(shown.values())) == 1, "one ETag", shown)
        tags.append(shown["put"])
    w.expect((tags[0] == tags[1]) is (case[0] == case[1]), "another ETag for another content", tags)


@check(
    "artifact-pages",
    "s3.list",
    given=st.fixed_dictionaries({"count": st.integers(0, 7), "limit": st.integers(1, 4)}),
    needs=(Need.S3,),
    weight=0.3,
)
def artifact_pages(w: World, case: Case) -> None:
    """Pages of a list have every key once and no more than was asked for; directories are told apart by a delimiter."""
    root = w.key("paged")
    keys = [f"{root}/{'deep/' if number % 3 == 2 else ''}{number}" for number in range(case["count"])]
    for key in keys:
        w.keys_made.append(key)
        answer = w.store.put(key, b"x")
        w.expect(answer.ok, "PutObject to succeed", answer.said())
    found: list[str] = []
    token = ""
    for _ in range(case["count"] + 2):
        page = w.store.list_objects(f"{root}/", token=token, limit=case["limit"])
        w.expect(
            len(page.texts("Contents/Key")) <= case["limit"],
            f"at most {case['limit']} keys",
            page.texts("Contents/Key"),
        )
        found += page.texts("Contents/Key")
        token = page.xml.findtext("NextContinuationToken") or ""
        if page.xml.findtext("IsTruncated") != "true":
            break
    w.equal(found, sorted(keys), "the keys of all pages, in order")
    shallow = w.store.request("GET", query={"list-type": 2, "prefix": f"{root}/", "delimiter": "/"})
    w.equal(
        shallow.texts("Contents/Key"), sorted(key for key in keys if "/deep/" not in key), "the keys of the directory"
    )
    deep = [f"{root}/deep/"] if any("/deep/" in key for key in keys) else []
    w.equal(shallow.texts("CommonPrefixes/Prefix"), deep, "the directories beneath it")


@check("artifacts-outlive", "retention.no-cascade", needs=(Need.S3,), slow=True)
def artifacts_outlive(w: World, case: Case) -> None:
    """Artifacts stay for good: after their Model is deleted, or names others, or loses a namesake, and also a while later."""
    keys = {name: w.key(name) for name in ("deleted", "replaced", "shared", "collected", "named")}
    for name, key in keys.items():
        answer = w.store.put(key, name.encode())
        w.expect(answer.ok, "PutObject to succeed", answer.said())
    uris = {name: w.uri(key) for name, key in keys.items()}
    w.register(
        {"model_artifact_uri": [uris["deleted"], uris["shared"]], "deployable_artifact_uri": [uris["deleted"]]}, "gone"
    )
    w.register(
        {"model_artifact_uri": [uris["replaced"], uris["shared"]], "deployable_artifact_uri": [uris["replaced"]]},
        "stays",
    )
    w.register({"deployable_artifact_uri": [uris["collected"]]}, "swept", labels={"sweep": "yes"})
    others = w.dialect.spell({"model_artifact_uri": [uris["named"]], "deployable_artifact_uri": None})
    w.made(w.admin.patch(MODELS, w.namespace, "stays", {"spec": others}))
    w.made(w.admin.delete(MODELS, w.namespace, "gone"))
    w.made(w.admin.delete_collection(MODELS, w.namespace, labelSelector="sweep=yes"))
    w.lane.pause(0.5 * w.settle)
    for name, key in keys.items():
        answer = w.store.get(key)
        w.expect(answer.ok and answer.bytes == name.encode(), f"the {name} artifact to be there", answer.said())
