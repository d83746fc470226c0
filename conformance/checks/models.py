"""The Model resource: what goes in comes out, and what is wrong stays out."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.kube import MERGE_PATCH
from conformance.driver.resources import GROUP, MODELS
from conformance.strategies.models import (
    GUIDE_EXAMPLE,
    KINDS,
    PACKAGES,
    int32,
    specs,
    statuses,
    wrong_types,
    wrong_words,
)
from conformance.strategies.text import labels, object_names
from conformance.strategies.uris import repeated_lists, uri_lists

URI_FIELDS = ("model_artifact_uri", "deployable_artifact_uri")


@check("guide-example", "model.example")
def guide_example(w: World, case: Case) -> None:
    """The guide's manifest is accepted strictly and comes back field by field."""
    sent = w.model("fraud-detector", GUIDE_EXAMPLE, labels={"algorithm": "xgboost"})
    w.made(w.admin.create(MODELS, w.namespace, sent, fieldValidation="Strict"))
    read = w.made(w.admin.get(MODELS, w.namespace, "fraud-detector"))
    for field, wanted in GUIDE_EXAMPLE.items():
        w.equal(at(w.spec_of(read.body), field), wanted, f"spec.{w.dialect.field(field)}")
    w.equal(read.at("metadata.labels.algorithm"), "xgboost", "the label algorithm")
    w.equal((read.at("apiVersion"), read.at("kind")), ("michelangelo.api/v2", "Model"), "apiVersion and kind")


@check("model-round-trip", "model.round-trip", "model.every-registered", "k8s.unicode", "k8s.numbers", given=specs)
def model_round_trip(w: World, case: Case) -> None:
    """Any valid spec is what create answers, get reads and list shows."""
    created = w.register(case)
    name = created.at("metadata.name")
    read = w.made(w.admin.get(MODELS, w.namespace, str(name)), "model.every-registered")
    listed = w.made(w.admin.list(MODELS, w.namespace))
    for where, obj in (
        ("the answer to create", created.body),
        ("get", read.body),
        ("list", at(listed.body, "items.0")),
    ):
        w.equal(w.spec_of(obj), case, f"the spec in {where}")


@check(
    "uris-kept",
    "uri.authoritative",
    "uri.raw-field",
    "uri.deployable-field",
    "uri.layout-free",
    given=st.fixed_dictionaries(
        {
            "raw": st.one_of(uri_lists, repeated_lists),
            "deployable": st.one_of(uri_lists, repeated_lists),
            "later": uri_lists,
        }
    ),
)
def uris_kept(w: World, case: Case) -> None:
    """Both lists of URIs are kept to the letter: every item, in order, with repeats, also when an update replaces one."""
    name = str(
        w.register({"model_artifact_uri": case["raw"], "deployable_artifact_uri": case["deployable"]}).at(
            "metadata.name"
        )
    )
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    w.equal(at(w.spec_of(read.body), "model_artifact_uri"), case["raw"], "the raw URIs", "uri.raw-field")
    w.equal(
        at(w.spec_of(read.body), "deployable_artifact_uri"),
        case["deployable"],
        "the deployable URIs",
        "uri.deployable-field",
    )
    patch = {"spec": w.dialect.spell({"deployable_artifact_uri": case["later"]})}
    w.made(w.admin.patch(MODELS, w.namespace, name, patch, MERGE_PATCH))
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    w.equal(at(w.spec_of(read.body), "deployable_artifact_uri"), case["later"], "the deployable URIs after the update")
    w.equal(at(w.spec_of(read.body), "model_artifact_uri"), case["raw"], "the raw URIs after an update of the others")


@check(
    "status-empty",
    "model.status-empty",
    "model.status-not-by-main",
    "model.no-ready",
    "retention.no-registered-at",
    given=st.tuples(specs, statuses).map(list),
)
def status_empty(w: World, case: Case) -> None:
    """A Model has no status: not after creation, not after updates, not though a client sends one with the object."""
    spec, status = case
    name = w.name()
    sent = {**w.model(name, spec), "status": status}

    def empty(obj: Any, when: str, clause: str = "") -> None:
        shown = at(obj, "status", {})
        if isinstance(shown, dict) and "registeredAt" in shown and not status.get("registeredAt"):
            clause = "retention.no-registered-at"
        w.expect(not shown, f"an empty status {when}", shown, clause)

    created = w.made(w.admin.create(MODELS, w.namespace, sent, fieldValidation="Ignore"))
    empty(created.body, "in the answer to create", "model.status-not-by-main")
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    empty(read.body, "after creation")
    again = {**read.body, "status": status}
    w.made(w.admin.update(MODELS, w.namespace, name, again, fieldValidation="Ignore"))
    w.made(w.admin.patch(MODELS, w.namespace, name, {"spec": w.dialect.spell({"revision_id": 7})}))
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    empty(read.body, "after updates")
    w.expect(not at(read.body, "status.conditions"), "no conditions", read.at("status"), "model.no-ready")


@check("no-model-version", "model.no-version-kind")
def no_model_version(w: World, case: Case) -> None:
    """No resource of the group is called ModelVersion, and none is served under that name."""
    listed = w.made(w.admin.request("GET", f"/apis/{GROUP}/v2"))
    kinds = {str(at(one, "kind")) for one in listed.at("resources") or []}
    w.expect("ModelVersion" not in kinds, "no kind ModelVersion", sorted(kinds))
    answer = w.admin.request("GET", f"/apis/{GROUP}/v2/namespaces/{w.namespace}/modelversions")
    w.expect(answer.code == 404, "404 for modelversions", answer.said())


def _enum(w: World, field: str, word: str, known: tuple[str, ...], clause: str) -> None:
    name = w.name()
    answer = w.admin.create(MODELS, w.namespace, w.model(name, {field: word}))
    if word in known:
        w.made(answer, clause)
        read = w.made(w.admin.get(MODELS, w.namespace, name))
        w.equal(at(w.spec_of(read.body), field), word, f"spec.{field}", clause)
        return
    w.refused(answer, 422, "Invalid", f"{field}: {word!r}", clause)
    w.refused(w.admin.get(MODELS, w.namespace, name), 404, "NotFound", "getting what was refused", clause)


@check("kind-enum", "model.kind-enum", given=st.one_of(st.sampled_from(KINDS), wrong_words))
def kind_enum(w: World, case: Case) -> None:
    """spec.kind takes exactly the platform's words."""
    _enum(w, "kind", case, KINDS, "model.kind-enum")


@check("package-enum", "model.package-enum", given=st.one_of(st.sampled_from(PACKAGES), wrong_words))
def package_enum(w: World, case: Case) -> None:
    """spec.package_type takes exactly the platform's words."""
    _enum(w, "package_type", case, PACKAGES, "model.package-enum")


@check("wrong-types", "model.wrong-types", "model.uris-repeated", "model.revision-integer", given=wrong_types)
def wrong_type(w: World, case: Case) -> None:
    """A value of the wrong type is refused as invalid, on create and on update, and nothing is stored."""
    clause = {"revision_id": "model.revision-integer"}.get(
        case["field"], "model.uris-repeated" if case["field"] in URI_FIELDS else "model.wrong-types"
    )
    name = w.name()
    wrong = w.dialect.spell({case["field"]: case["value"]})
    answer = w.admin.create(MODELS, w.namespace, MODELS.object(name, w.namespace, spec=wrong))
    w.refused(answer, 422, "Invalid", f"{case['field']}: {case['value']!r}", clause)
    w.refused(w.admin.get(MODELS, w.namespace, name), 404, "NotFound", "getting what was refused", clause)
    w.register({"revision_id": 1}, name)
    w.refused(
        w.admin.patch(MODELS, w.namespace, name, {"spec": wrong}),
        422,
        "Invalid",
        f"a patch to {case['field']}: {case['value']!r}",
        clause,
    )
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    w.equal(w.spec_of(read.body), {"revision_id": 1}, "the spec after a refused patch", clause)


@check("revision-is-the-users", "model.revision-is-the-users", given=st.lists(int32, min_size=1, max_size=5))
def revision_is_the_users(w: World, case: Case) -> None:
    """revision_id is whatever the user set last; other updates leave it."""
    name = w.name()
    w.register({"revision_id": case[0]}, name)
    for number in case:
        w.made(w.admin.patch(MODELS, w.namespace, name, {"spec": w.dialect.spell({"revision_id": number})}))
        w.made(w.admin.patch(MODELS, w.namespace, name, {"spec": {"description": f"about {number}"}}))
        read = w.made(w.admin.get(MODELS, w.namespace, name))
        w.equal(at(w.spec_of(read.body), "revision_id"), number, "revision_id")


@check("labels-kept", "model.labels", given=st.tuples(object_names, labels).map(list))
def labels_kept(w: World, case: Case) -> None:
    """Labels are kept and select their Model."""
    name, given = case
    w.register({}, name, labels=given)
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    kept = read.at("metadata.labels") or {}
    w.equal({key: kept.get(key) for key in given}, given, "the labels")
    for key, value in given.items():
        listed = w.made(w.admin.list(MODELS, w.namespace, labelSelector=f"{key}={value}"))
        w.equal(listed.names, [name], f"what {key}={value} selects")
        listed = w.made(w.admin.list(MODELS, w.namespace, labelSelector=f"{key}!={value}"))
        w.equal(listed.names, [], f"what {key}!={value} selects")
