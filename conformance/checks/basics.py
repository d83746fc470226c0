"""More that the guide silently relies on: ConfigMaps, status, discovery, documents, sizes, isolation."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.resources import CONFIGMAPS, EVENTS, MODELS, SECRETS, SERVERS
from conformance.strategies.models import small_specs, specs
from conformance.strategies.text import any_text

# Beyond what Kubernetes takes (3 MiB), and by so little that a server in Go reads the rest: of more it would cut the connection off
# while we still write, and its answer be lost.
HUGE = 3 * 1024 * 1024 + 50_000

_data = st.dictionaries(
    st.from_regex(r"\A[A-Za-z0-9_.-]{1,12}\Z").filter(lambda key: key not in (".", "..") and not key.startswith("..")),
    any_text,
    max_size=4,
)


@check("configmaps", "k8s.configmaps", given=st.tuples(_data, _data).map(list))
def configmaps(w: World, case: Case) -> None:
    """A ConfigMap keeps its data to the letter; an update replaces it; the same update again changes nothing."""
    first, second = case
    made = w.made(w.admin.create(CONFIGMAPS, w.namespace, CONFIGMAPS.object("c", w.namespace, data=first)))
    w.equal(made.at("data") or {}, first, "the data")
    body = {**made.body, "data": second}
    updated = w.made(w.admin.update(CONFIGMAPS, w.namespace, "c", body))
    again = w.made(w.admin.update(CONFIGMAPS, w.namespace, "c", {**updated.body, "data": second}))
    w.equal(again.resource_version, updated.resource_version, "the resourceVersion after the same update")
    w.equal(w.made(w.admin.get(CONFIGMAPS, w.namespace, "c")).at("data") or {}, second, "the data after the update")
    secret = SECRETS.object("s", w.namespace, stringData={"key": "plain"}, type="Opaque")
    w.made(w.admin.create(SECRETS, w.namespace, secret))
    w.equal(w.made(w.admin.get(SECRETS, w.namespace, "s")).at("data.key"), "cGxhaW4=", "the data of a Secret")
    if first != second:
        w.refused(
            w.admin.update(CONFIGMAPS, w.namespace, "c", {**made.body, "data": first}),
            409,
            "Conflict",
            "an update with an old version",
        )


@check("made-up-metadata", "k8s.metadata-is-the-servers", given=small_specs, weight=0.5)
def made_up_metadata(w: World, case: Case) -> None:
    """uid, creationTimestamp and generation that a client makes up are not taken; a resourceVersion on create is refused or not taken."""
    obj = w.model("m", case)
    made_up = {
        "uid": "11111111-2222-3333-4444-555555555555",
        "creationTimestamp": "2001-01-01T00:00:00Z",
        "generation": 77,
        "selfLink": "/x",
    }
    obj["metadata"].update(made_up)
    made = w.made(w.admin.create(MODELS, w.namespace, obj))
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    for field in ("uid", "creationTimestamp", "generation"):
        w.expect(read.at(f"metadata.{field}") != made_up[field], f"a {field} of the server's own", read.at("metadata"))
    w.equal(read.at("metadata.generation"), 1, "the generation")
    changed = {
        **made.body,
        "metadata": {**made.at("metadata", {}), "generation": 77, "creationTimestamp": "2001-01-01T00:00:00Z"},
    }
    w.admin.update(MODELS, w.namespace, "m", changed)
    after = w.made(w.admin.get(MODELS, w.namespace, "m"))
    for field in ("uid", "creationTimestamp", "generation"):
        w.equal(
            after.at(f"metadata.{field}"),
            read.at(f"metadata.{field}"),
            f"metadata.{field} after an update that makes it up",
        )
    wrong_uid = {**after.body, "metadata": {**after.at("metadata", {}), "uid": made_up["uid"]}}
    answer = w.admin.update(MODELS, w.namespace, "m", wrong_uid)
    w.expect(answer.code in (409, 422), "an update with another uid to be refused", answer.said())


@check(
    "generation",
    "k8s.generation",
    given=st.lists(
        st.sampled_from(["spec", "labels", "annotations", "same", "status", "finalizer"]), min_size=1, max_size=6
    ),
    weight=0.8,
)
def generation(w: World, case: Case) -> None:
    """Generation grows by one with each change of the spec and with nothing else."""
    w.register({"revision_id": 0}, "m")
    wanted = 1
    for number, step in enumerate(case, 1):
        if step == "spec":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell({"revision_id": number})}))
            wanted += 1
        elif step == "status":
            w.admin.patch(MODELS, w.namespace, "m", {"status": {}}, subresource="status")
        elif step == "same":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {}}))
        elif step == "finalizer":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"metadata": {"finalizers": []}}))
        else:
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"metadata": {step: {"n": f"n{number}"}}}))
        w.equal(
            w.made(w.admin.get(MODELS, w.namespace, "m")).at("metadata.generation"),
            wanted,
            f"the generation after {step}",
        )


@check("no-op-writes", "k8s.versions-change", given=specs, weight=0.6)
def no_op_writes(w: World, case: Case) -> None:
    """A write that changes nothing leaves the resourceVersion; one that changes something gives a new one."""
    versions = [w.register(case, "m").resource_version]
    for _ in range(2):
        read = w.made(w.admin.get(MODELS, w.namespace, "m"))
        answer = w.made(w.admin.update(MODELS, w.namespace, "m", read.body))
        w.equal(answer.resource_version, read.resource_version, "the resourceVersion after an update without a change")
    for number in range(3):
        answer = w.made(w.admin.patch(MODELS, w.namespace, "m", {"metadata": {"annotations": {"n": str(number)}}}))
        w.expect(
            answer.resource_version not in versions,
            "a resourceVersion that was not there before",
            [*versions, answer.resource_version],
        )
        versions.append(answer.resource_version)
    w.equal(
        w.made(w.admin.get(MODELS, w.namespace, "m")).resource_version, versions[-1], "the resourceVersion that is read"
    )


@check("status-apart", "k8s.status-apart", given=st.tuples(small_specs, small_specs).map(list), weight=0.6)
def status_apart(w: World, case: Case) -> None:
    """A write to an InferenceServer's status changes nothing but status; a write to the object nothing of status."""
    server = SERVERS.object("s", w.namespace, spec={"backendType": "BACKEND_TYPE_LLM_D"})
    made = w.made(w.admin.create(SERVERS, w.namespace, server))
    patch = {
        "status": {"providerMetadata": "ours"},
        "spec": {"backendType": "BACKEND_TYPE_DYNAMO"},
        "metadata": {"labels": {"sneaked": "in"}},
    }
    read = w.made(w.admin.patch(SERVERS, w.namespace, "s", patch, subresource="status"))
    w.equal(read.at("status.providerMetadata"), "ours", "the status after a write to status")
    if w.facts.disposable:  # elsewhere a controller may have written its own by now
        read = w.made(w.admin.get(SERVERS, w.namespace, "s"))
        w.equal(read.at("status.providerMetadata"), "ours", "the status that is read after a write to status")
    w.equal(read.at("spec.backendType"), "BACKEND_TYPE_LLM_D", "the spec after a write to status")
    w.expect(
        "sneaked" not in (read.at("metadata.labels") or {}),
        "no label from a write to status",
        read.at("metadata.labels"),
    )
    w.equal(read.at("metadata.generation"), 1, "the generation after a write to status")
    for stale in (w.admin.update, w.admin.patch):
        body = {**made.body, "status": {"providerMetadata": "from the past"}}
        answer = stale(SERVERS, w.namespace, "s", body, subresource="status")
        w.refused(answer, 409, "Conflict", "a write to status with an old resourceVersion")
    both = {"status": {"providerMetadata": "other"}, "metadata": {"labels": {"by": "main"}}}
    for read in (
        w.made(w.admin.patch(SERVERS, w.namespace, "s", both)),
        w.made(w.admin.get(SERVERS, w.namespace, "s")),
    ):
        w.expect(read.at("status.providerMetadata") != "other", "the status to stay", read.at("status"))
        w.equal(read.at("metadata.labels.by"), "main", "the label after a write to the object")


@check(
    "isolation",
    "k8s.isolation",
    given=st.lists(
        st.tuples(st.sampled_from(["patch", "delete", "create"]), small_specs).map(list), min_size=1, max_size=4
    ),
    weight=0.6,
)
def isolation(w: World, case: Case) -> None:
    """What is written to one Model changes no other: not its namesake elsewhere, not its neighbour."""
    other = w.new_namespace()
    neighbour = w.register({"description": "neighbour"}, "m2")
    namesake = w.register({"description": "namesake"}, "m", other)
    w.equal(w.spec_of(w.register({}, "m").body), {}, "the spec of a Model that was made empty beside them")
    for action, spec in case:
        if action == "patch":
            w.admin.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell(spec)})
        elif action == "delete":
            w.admin.delete(MODELS, w.namespace, "m")
        else:
            w.admin.create(MODELS, w.namespace, w.model("m", spec))
        w.equal(w.made(w.admin.get(MODELS, w.namespace, "m2")).body, neighbour.body, f"the neighbour after {action}")
        w.equal(w.made(w.admin.get(MODELS, other, "m")).body, namesake.body, f"the namesake after {action}")


@check("large-objects", "k8s.large-objects", given=st.sampled_from([1_000, 100_000, 700_000]), weight=0.1)
def large_objects(w: World, case: Case) -> None:
    """A Model of hundreds of kilobytes is stored whole; one of several megabytes is refused with a client error and not stored."""
    text = ("0123456789abcdef" * (case // 16 + 1))[:case]
    w.register({"description": text}, "m")
    w.expect(
        w.made(w.admin.get(MODELS, w.namespace, "m")).at("spec.description") == text,
        f"a description of {case} characters",
        "another one",
    )
    if case == 1_000:
        answer = w.admin.create(MODELS, w.namespace, w.model("huge", {"description": "x" * HUGE}))
        w.expect(answer.code in (400, 413, 422, 500), f"an object of {HUGE} bytes to be refused", answer.said())
        w.refused(w.admin.get(MODELS, w.namespace, "huge"), 404, "NotFound", "getting it")


@check("events", "k8s.events", given=any_text, weight=0.3)
def events(w: World, case: Case) -> None:
    """An Event about a Model can be created and is listed by the Model's name, kind and uid."""
    model = w.register({}, "m")
    about = {
        "kind": "Model",
        "apiVersion": "michelangelo.api/v2",
        "name": "m",
        "namespace": w.namespace,
        "uid": model.at("metadata.uid"),
    }
    event = EVENTS.object(
        "m.1", w.namespace, involvedObject=about, reason="Conformance", message=case[:1000], type="Normal"
    )
    w.made(w.admin.create(EVENTS, w.namespace, event))
    found = w.made(
        w.admin.list(
            EVENTS,
            w.namespace,
            fieldSelector=f"involvedObject.name=m,involvedObject.kind=Model,involvedObject.uid={about['uid']}",
        )
    )
    w.equal(
        [at(item, "message") or "" for item in found.items], [case[:1000]], "the messages of the Events about the Model"
    )
    w.equal(
        w.made(w.admin.list(EVENTS, w.namespace, fieldSelector="involvedObject.name=other")).items,
        [],
        "the Events about another",
    )


_numbers = st.lists(
    st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)), max_size=4
)


@check("numbers", "k8s.numbers", "k8s.unicode", given=st.tuples(_numbers, any_text).map(list), weight=0.6)
def numbers(w: World, case: Case) -> None:
    """Numbers of a free-form value come back as they were sent, to the last digit; text of any script as well."""
    figures, text = case
    metadata = {"figures": [figure for figure in figures if isinstance(figure, int)], text or "empty": text}
    w.register({"quality_scores": [{"name": text, "metadata": metadata, "value": 0.5}]}, "m")
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    stored = at(w.spec_of(read.body), "quality_scores.0") or {}
    w.equal(json.dumps(at(stored, "metadata.figures")), json.dumps(metadata["figures"]), "the integers", "k8s.numbers")
    w.equal(stored.get("name"), text, "the text", "k8s.unicode")
    for figure in figures:
        if isinstance(figure, float):
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell({"decision_threshold": figure})}))
            back = at(w.spec_of(w.made(w.admin.get(MODELS, w.namespace, "m")).body), "decision_threshold")
            w.expect(isinstance(back, int | float) and float(back) == figure, f"{figure!r}", back, "k8s.numbers")
