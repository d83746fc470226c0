"""Deletion: preconditions, finalizers, owners, namespaces."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import Answer, at
from conformance.driver.resources import CONFIGMAPS, MODELS, NAMESPACES
from conformance.strategies.models import small_specs

EMPTYING = 6.0  # times the settle time: a cluster of many resource types takes its time to empty a namespace
FINALIZERS = ("conformance.example.com/one", "conformance.example.com/two")


@check(
    "delete-preconditions",
    "k8s.delete-preconditions",
    given=st.sampled_from(["uid", "version", "both", "right"]),
    weight=0.4,
)
def delete_preconditions(w: World, case: Case) -> None:
    """A delete that names another uid or an old version is refused with Conflict; one that names the right ones is carried out."""
    first = w.register({"revision_id": 1}, "m")
    latest = w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell({"revision_id": 2})}))
    wrong = "00000000-0000-0000-0000-000000000000"
    preconditions = {
        "uid": {"uid": wrong},
        "version": {"resourceVersion": first.resource_version},
        "both": {"uid": first.at("metadata.uid"), "resourceVersion": first.resource_version},
        "right": {"uid": latest.at("metadata.uid"), "resourceVersion": latest.resource_version},
    }[case]
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
    answer = w.admin.delete(MODELS, w.namespace, "m", options)
    if case == "right":
        w.made(answer)
        w.refused(w.admin.get(MODELS, w.namespace, "m"), 404, "NotFound", "getting what was deleted")
        return
    w.refused(answer, 409, "Conflict", f"a delete with a wrong {case}")
    w.equal(w.made(w.admin.get(MODELS, w.namespace, "m")).body, latest.body, "the Model after a refused delete")


@check("delete-answer", "query.delete-is-final", given=small_specs, weight=0.4)
def delete_answer(w: World, case: Case) -> None:
    """A delete is answered as a success and is final: no get, no list, no second delete, until the name is registered again."""
    w.register(case, "m")
    w.register(case, "n")
    answer = w.made(w.admin.delete(MODELS, w.namespace, "m"))
    w.expect(
        answer.at("status") == "Success" or answer.at("metadata.name") == "m",
        "a Status of Success, or the object",
        answer.body,
    )
    w.refused(w.admin.get(MODELS, w.namespace, "m"), 404, "NotFound", "getting what was deleted")
    w.equal(w.made(w.admin.list(MODELS, w.namespace)).names, ["n"], "the names afterwards")
    w.refused(w.admin.delete(MODELS, w.namespace, "m"), 404, "NotFound", "a second delete")
    w.refused(
        w.admin.patch(MODELS, w.namespace, "m", {"spec": {"source": "x"}}), 404, "NotFound", "patching what was deleted"
    )
    w.register(case, "m")


def _finalizers(answer: Answer) -> list[Any]:
    found = answer.at("metadata.finalizers") or []
    return list(found) if isinstance(found, list) else [found]


@check(
    "finalizers",
    "k8s.finalizers",
    given=st.fixed_dictionaries(
        {
            "count": st.integers(1, 2),
            "meanwhile": st.lists(st.sampled_from(["update", "delete", "add", "create"]), max_size=3),
            "way": st.sampled_from(["merge", "update"]),
            "collection": st.booleans(),
        }
    ),
    weight=0.6,
)
def finalizers(w: World, case: Case) -> None:
    """An object with finalizers is marked and stays, can be updated, gets no new finalizer, and goes with the last one."""
    held = list(FINALIZERS[: case["count"]])
    obj = w.model("m", {"revision_id": 1})
    obj["metadata"]["finalizers"] = held
    version = w.made(w.admin.create(MODELS, w.namespace, obj)).resource_version
    w.made(
        w.admin.delete_collection(MODELS, w.namespace)
        if case["collection"]
        else w.admin.delete(MODELS, w.namespace, "m")
    )
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    stamp = read.at("metadata.deletionTimestamp")
    w.expect(isinstance(stamp, str) and stamp, "a deletionTimestamp", read.at("metadata"))
    for step in case["meanwhile"]:
        if step == "update":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {"source": "while it goes"}}))
        elif step == "delete":
            w.made(w.admin.delete(MODELS, w.namespace, "m"))
        elif step == "add":
            more = {"metadata": {"finalizers": [*held, "conformance.example.com/late"]}}
            w.refused(w.admin.patch(MODELS, w.namespace, "m", more), 422, "Invalid", "a new finalizer while it goes")
        else:
            w.refused(
                w.admin.create(MODELS, w.namespace, w.model("m", {})),
                409,
                "AlreadyExists",
                "a create of the name while it goes",
            )
        read = w.made(w.admin.get(MODELS, w.namespace, "m"))
        w.equal(read.at("metadata.deletionTimestamp"), stamp, f"the deletionTimestamp after {step}")
        w.equal(_finalizers(read), held, f"the finalizers after {step}")
    while held:
        held = held[1:]
        if case["way"] == "merge":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"metadata": {"finalizers": held}}))
        else:
            body = w.made(w.admin.get(MODELS, w.namespace, "m")).body
            w.made(
                w.admin.update(
                    MODELS, w.namespace, "m", {**body, "metadata": {**at(body, "metadata"), "finalizers": held}}
                )
            )
        answer = w.admin.get(MODELS, w.namespace, "m")
        if held:
            w.equal(_finalizers(w.made(answer)), held, "the finalizers that are left")
        else:
            w.refused(answer, 404, "NotFound", "getting it after its last finalizer")
    with w.admin.watch(MODELS, w.namespace, resourceVersion=version) as watching:
        watching.until(lambda event: event.type == "DELETED", w.settle)
        told = [(event.type, bool(at(event.object, "metadata.deletionTimestamp"))) for event in watching.events]
    w.equal(told[:1], [("MODIFIED", True)], "the first event after the deletion")
    w.equal(told[-1:], [("DELETED", True)], "the last event")


@check("namespace-deletion", "k8s.namespace-deletion", given=st.integers(0, 3), weight=0.3)
def namespace_deletion(w: World, case: Case) -> None:
    """Deleting a namespace deletes everything in it and nothing elsewhere; nothing can be created in it meanwhile."""
    doomed, other = w.new_namespace(), w.new_namespace()
    for number in range(case):
        w.register({}, f"m-{number}", doomed)
    w.register({}, "kept", other)
    w.made(w.admin.create(CONFIGMAPS, doomed, CONFIGMAPS.object("c", doomed)))
    w.made(w.admin.delete(NAMESPACES, "", doomed))
    late = w.admin.create(MODELS, doomed, w.model("late", {}, doomed))
    w.expect(late.code in (403, 404), "a create in a namespace that goes to be refused", late.said())
    gone = w.eventually(
        lambda: w.admin.get(NAMESPACES, "", doomed), lambda answer: answer.code == 404, EMPTYING * w.settle
    )
    w.expect(gone.code == 404, "the namespace to be gone", gone.said())
    w.equal(w.made(w.admin.list(MODELS, doomed)).names, [], "the Models of the namespace that is gone")
    w.equal(w.made(w.admin.list(MODELS, other)).names, ["kept"], "the Models of the other namespace")


@check("owners", "k8s.owners", given=st.sampled_from(["Background", "Foreground", "Orphan", "two-owners"]), weight=0.3)
def owners(w: World, case: Case) -> None:
    """What an object owns goes after it, unless it is orphaned or another owner is left; what is not owned stays."""
    owner = w.register({}, "owner")
    second = w.register({}, "second")
    reference = {"apiVersion": "michelangelo.api/v2", "kind": "Model", "name": "owner", "uid": owner.at("metadata.uid")}
    other = {**reference, "name": "second", "uid": second.at("metadata.uid")}
    if case == "Foreground":
        reference["blockOwnerDeletion"] = True
    for name, references in (("owned", [reference, other] if case == "two-owners" else [reference]), ("free", [])):
        obj = CONFIGMAPS.object(name, w.namespace, data={"a": "b"})
        obj["metadata"] = {"name": name, "namespace": w.namespace, "ownerReferences": references}
        w.made(w.admin.create(CONFIGMAPS, w.namespace, obj))
    policy = "Background" if case == "two-owners" else case
    w.made(
        w.admin.delete(
            MODELS, w.namespace, "owner", {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy}
        )
    )
    gone = w.eventually(lambda: w.admin.get(MODELS, w.namespace, "owner"), lambda answer: answer.code == 404)
    w.expect(gone.code == 404, "the owner to be gone", gone.said())
    if case in ("Background", "Foreground"):
        answer = w.eventually(lambda: w.admin.get(CONFIGMAPS, w.namespace, "owned"), lambda answer: answer.code == 404)
        w.expect(answer.code == 404, "what it owned to be gone", answer.said())
    elif case == "Orphan":
        answer = w.eventually(
            lambda: w.admin.get(CONFIGMAPS, w.namespace, "owned"),
            lambda answer: not answer.at("metadata.ownerReferences"),
        )
        w.equal(w.made(answer).at("metadata.ownerReferences") or [], [], "the owners of an orphan")
    else:
        w.lane.pause(0.3)
        w.made(w.admin.get(CONFIGMAPS, w.namespace, "owned"))
        w.made(
            w.admin.delete(
                MODELS,
                w.namespace,
                "second",
                {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy},
            )
        )
        answer = w.eventually(lambda: w.admin.get(CONFIGMAPS, w.namespace, "owned"), lambda answer: answer.code == 404)
        w.expect(answer.code == 404, "what it owned to be gone after its last owner", answer.said())
    w.made(w.admin.get(CONFIGMAPS, w.namespace, "free"))
