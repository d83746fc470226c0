"""Patches and server-side apply."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import Answer, at
from conformance.driver.kube import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from conformance.driver.ownership import LABEL
from conformance.driver.resources import MODELS
from conformance.model.patches import PatchError, json_patch, merge
from conformance.strategies.models import small_specs, specs
from conformance.strategies.operations import patches
from conformance.strategies.text import words

_lists = st.lists(words, max_size=4)
_paths = st.sampled_from(
    [
        "/spec/description",
        "/spec/model_artifact_uri/0",
        "/spec/model_artifact_uri/-",
        "/spec/model_artifact_uri/1",
        "/spec/owner",
        "/spec/missing/deeper",
    ]
)
_operations = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["add", "replace"]), "path": _paths, "value": words}),
    st.fixed_dictionaries({"op": st.just("remove"), "path": _paths}),
    st.fixed_dictionaries({"op": st.just("test"), "path": _paths, "value": words}),
    st.just({"op": "test", "path": "/spec/description", "value": "start"}),
    st.just({"op": "copy", "from": "/spec/description", "path": "/spec/algorithm"}),
    st.just({"op": "move", "from": "/spec/description", "path": "/spec/source"}),
)


@check("merge-patch", "k8s.merge-patch", given=st.tuples(specs, st.lists(patches, min_size=1, max_size=4)).map(list))
def merge_patch(w: World, case: Case) -> None:
    """Any sequence of merge patches leaves what RFC 7386 says, and an empty patch leaves everything."""
    spec, sequence = case
    w.register(spec, "m")
    wanted = spec
    for patch in sequence:
        wanted = merge(wanted, patch)
        answer = w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell(patch)}, MERGE_PATCH))
        w.equal(w.spec_of(answer.body), wanted, f"the spec after {patch}")
    before = w.made(w.admin.get(MODELS, w.namespace, "m"))
    w.equal(w.spec_of(before.body), wanted, "the spec that is read")
    after = w.made(w.admin.patch(MODELS, w.namespace, "m", {}, MERGE_PATCH))
    w.equal(after.resource_version, before.resource_version, "the resourceVersion after an empty patch")


def _spelled(w: World, operation: Any) -> Any:
    spelled = dict(operation)
    for key in ("path", "from"):
        if key in spelled:
            spelled[key] = "/".join(w.dialect.field(step) for step in spelled[key].split("/"))
    return spelled


@check("json-patch", "k8s.json-patch", given=st.tuples(_lists, st.lists(_operations, min_size=1, max_size=4)).map(list))
def json_patches(w: World, case: Case) -> None:
    """A JSON patch that can be carried out is; of one that cannot, because a test or a remove fails, nothing is."""
    uris, operations = case
    start = {"description": "start", "model_artifact_uri": uris}
    w.register(start, "m")
    relaxed = [
        operation
        for operation in operations
        if operation["op"] in ("add", "replace") and operation["path"] == "/spec/owner"
    ]
    if relaxed:
        return  # an owner that is text is refused by the schema, whatever the patch
    answer = w.admin.patch(MODELS, w.namespace, "m", [_spelled(w, operation) for operation in operations], JSON_PATCH)
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    try:
        wanted = json_patch({"spec": start}, operations)["spec"]
    except PatchError:
        lenient = any(operation["op"] in ("replace", "copy") for operation in operations)
        if answer.ok and lenient:
            return  # replacing what is missing, or copying it, is carried out by some servers
        w.expect(not answer.ok, "a patch that cannot be carried out to be refused", answer.said())
        w.equal(w.spec_of(read.body), start, "the spec after a refused patch")
        return
    w.made(answer)
    w.equal(w.spec_of(read.body), wanted, "the spec after the patch")


@check("patch-types", "k8s.patch-types", "k8s.unsupported-media")
def patch_types(w: World, case: Case) -> None:
    """A strategic merge patch of a custom resource, and patches and bodies of unknown types, are refused as unsupported."""
    w.register({"revision_id": 1}, "m")
    patch = {"spec": w.dialect.spell({"revision_id": 2})}
    w.refused(
        w.admin.patch(MODELS, w.namespace, "m", patch, STRATEGIC_PATCH),
        415,
        "UnsupportedMediaType",
        "a strategic merge patch",
    )
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
        answer = w.admin.patch(MODELS, w.namespace, "m", patch, media)
        w.refused(answer, 415, "UnsupportedMediaType", f"a patch of type {media}", "k8s.unsupported-media")
    body = w.model("other", {})
    answer = w.admin.request("POST", MODELS.path(w.namespace), body=body, headers={"Content-Type": "text/plain"})
    w.refused(answer, 415, "UnsupportedMediaType", "a body of type text/plain", "k8s.unsupported-media")
    w.equal(
        at(w.spec_of(w.made(w.admin.get(MODELS, w.namespace, "m")).body), "revision_id"), 1, "the revision afterwards"
    )


@check("stale-patch", "k8s.stale-patch", given=small_specs, weight=0.6)
def stale_patch(w: World, case: Case) -> None:
    """A patch that carries a resourceVersion is carried out on that version only."""
    first = w.register(case, "m")
    latest = w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {"description": "second"}}))
    stale = {"metadata": {"resourceVersion": first.resource_version}, "spec": {"description": "stale"}}
    w.refused(w.admin.patch(MODELS, w.namespace, "m", stale), 409, "Conflict", "a patch with an old resourceVersion")
    fresh = {"metadata": {"resourceVersion": latest.resource_version}, "spec": {"description": "third"}}
    w.made(w.admin.patch(MODELS, w.namespace, "m", fresh))
    w.equal(w.made(w.admin.get(MODELS, w.namespace, "m")).at("spec.description"), "third", "the description")


def _apply(w: World, manager: str, spec: Any, *, force: bool = False) -> Answer:
    obj = w.model("m", spec, labels={LABEL: w.facts.run_id})
    return w.admin.patch(MODELS, w.namespace, "m", obj, APPLY_PATCH, fieldManager=manager, force=force)


_FIELDS = ("description", "algorithm", "source")
_applied = st.dictionaries(st.sampled_from(_FIELDS), st.sampled_from(["x", "y"]), min_size=1, max_size=3)


@check(
    "server-side-apply",
    "k8s.apply",
    given=st.lists(
        st.tuples(st.sampled_from(["one", "two"]), _applied, st.booleans()).map(list), min_size=1, max_size=6
    ),
)
def server_side_apply(w: World, case: Case) -> None:
    """Whoever applies owns what they set: others' fields conflict unless forced, own fields that are no longer set go."""
    values: dict[str, str] = {}
    owners: dict[str, set[str]] = {}
    for manager, spec, force in case:
        conflicts = [
            field
            for field, value in spec.items()
            if values.get(field, value) != value and owners.get(field, set()) - {manager}
        ]
        answer = _apply(w, manager, spec, force=force)
        if conflicts and not force:
            w.refused(answer, 409, "Conflict", f"applying {conflicts} that another manager owns")
        else:
            w.expect(answer.code in (200, 201), "the apply to succeed", answer.said())
            for field in _FIELDS:
                if field in spec:
                    owners[field] = {manager} | (
                        owners.get(field, set()) if values.get(field) == spec[field] else set()
                    )
                    values[field] = spec[field]
                elif manager in owners.get(field, set()):
                    owners[field] -= {manager}
                    if not owners[field]:
                        values.pop(field, None)
        read = w.admin.get(MODELS, w.namespace, "m")
        if read.ok:
            w.equal(read.at("spec") or {}, values, f"the spec after {manager} applied {spec}")


@check("managed-fields", "k8s.managed-fields", given=small_specs, weight=0.4)
def managed_fields(w: World, case: Case) -> None:
    """ManagedFields tell each manager, its operation, and the fields of the spec it set."""
    w.made(w.admin.create(MODELS, w.namespace, w.model("m", case), fieldManager="creator"))
    w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {"source": "patched"}}, fieldManager="patcher"))
    w.made(_apply(w, "applier", {"algorithm": "applied"}))
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    entries = {
        (str(at(one, "manager")), str(at(one, "operation"))): at(one, "fieldsV1.f:spec", {})
        for one in read.at("metadata.managedFields") or []
    }
    w.expect(
        "f:source" in entries.get(("patcher", "Update"), {}), "f:source with patcher, Update", list(entries.items())
    )
    w.expect(
        "f:algorithm" in entries.get(("applier", "Apply"), {}), "f:algorithm with applier, Apply", list(entries.items())
    )
    own = entries.get(("creator", "Update"), {})
    w.equal(
        sorted(key for key in own if key != "."),
        sorted(f"f:{w.dialect.field(field)}" for field in case),
        "what creator owns",
    )


@check("dry-run", "k8s.dry-run", given=st.tuples(small_specs, small_specs).map(list))
def dry_run(w: World, case: Case) -> None:
    """A dry run of any write answers as the write would and changes nothing; a wrong one is refused alike."""
    first, second = case
    answer = w.made(w.admin.create(MODELS, w.namespace, w.model("new", first), dryRun="All"))
    w.equal((answer.code, w.spec_of(answer.body)), (201, first), "the answer to a dry create")
    w.refused(w.admin.get(MODELS, w.namespace, "new"), 404, "NotFound", "getting what a dry run created")
    held = w.register(first, "m")
    changed = {**held.body, "spec": w.dialect.spell(second)}
    answer = w.made(w.admin.update(MODELS, w.namespace, "m", changed, dryRun="All"))
    w.equal(w.spec_of(answer.body), second, "the answer to a dry update")
    answer = w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {"description": "dry"}}, dryRun="All"))
    w.equal(answer.at("spec.description"), "dry", "the answer to a dry patch")
    w.made(w.admin.delete(MODELS, w.namespace, "m", dryRun="All"))
    w.made(w.admin.delete_collection(MODELS, w.namespace, dryRun="All"))
    w.refused(
        w.admin.create(MODELS, w.namespace, w.model("m", first), dryRun="All"),
        409,
        "AlreadyExists",
        "a dry create of what exists",
    )
    bad = w.model("bad", {"kind": "NO_SUCH_KIND"})
    w.refused(w.admin.create(MODELS, w.namespace, bad, dryRun="All"), 422, "Invalid", "a dry create of what is invalid")
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    w.equal(read.body, held.body, "the Model after all dry runs")
    w.equal(w.made(w.admin.list(MODELS, w.namespace)).names, ["m"], "the names after all dry runs")
