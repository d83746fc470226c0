"""What is wrong stays out, and is refused in words that clients understand."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.reader import account
from conformance.checks.world import World
from conformance.driver.answers import Answer, at
from conformance.driver.resources import CONFIGMAPS, GROUP, MODELS, Resource
from conformance.strategies.models import small_specs
from conformance.strategies.text import bad_names, object_names, words

_unknown = st.sampled_from(
    ["modelVersion", "dtype", "registeredAt", "replicas", "phase", "Kind", "x", "model_artifact_uris", "modelURI"]
)


def _listed(w: World, names: list[str], clause: str) -> None:
    w.equal(w.made(w.admin.list(MODELS, w.namespace)).names, names, "the names afterwards", clause)


@check(
    "field-validation",
    "k8s.field-validation",
    "model.unknown-fields",
    given=st.fixed_dictionaries(
        {
            "spec": small_specs,
            "field": _unknown,
            "value": st.one_of(words, st.integers(0, 9), st.just({"a": [1]})),
            "mode": st.sampled_from(["Strict", "Warn", "Ignore", ""]),
            "where": st.sampled_from(["spec", "top", "metadata", "nested"]),
        }
    ),
)
def field_validation(w: World, case: Case) -> None:
    """An unknown field is refused under Strict, warned of under Warn (and by default), silent under Ignore, and never stored."""
    spec = {**case["spec"], "owner": {"name": "somebody"}}
    obj = w.model("m", copy.deepcopy(spec))
    places = {"spec": obj["spec"], "top": obj, "metadata": obj["metadata"], "nested": obj["spec"]["owner"]}
    target = places[case["where"]]
    if case["field"] == "Kind" and case["where"] == "top":
        return  # differs in case only, and decoders differ about that
    target[case["field"]] = case["value"]
    mode = {"fieldValidation": case["mode"]} if case["mode"] else {}
    answer = w.admin.create(MODELS, w.namespace, obj, **mode)
    said = f"{case['where']}.{case['field']} under {case['mode'] or 'no'} validation"
    if case["mode"] == "Strict":
        w.refused(answer, 400, "BadRequest", said)
        w.expect(
            case["field"] in answer.message and "unknown field" in answer.message,
            "a message that names the unknown field",
            answer.message,
        )
        _listed(w, [], "model.unknown-fields")
        return
    w.made(answer)
    if case["where"] != "metadata":
        warned = case["field"] in answer.warning
        w.expect(
            warned is (case["mode"] != "Ignore"),
            f"{'no ' if case['mode'] == 'Ignore' else 'a '}warning",
            answer.warning or "no warning",
        )
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    places = {"top": read.body, "nested": read.at("spec.owner", {})}
    stored = places.get(case["where"]) or read.at(case["where"], {})
    w.expect(case["field"] not in stored, f"no {case['field']} to be stored", stored, "model.unknown-fields")
    w.equal(w.spec_of(read.body), spec, "the spec", "model.unknown-fields")


@check("doubled-fields", "k8s.field-validation", given=st.sampled_from(["Strict", "Warn"]), weight=0.2)
def doubled_fields(w: World, case: Case) -> None:
    """A field that is there twice is refused under Strict, and warned of under Warn."""
    head = json.dumps(w.model("m", {}))[:-1].replace('"spec": {}', '"spec": {"source": "a", "source": "b"}')
    query = {"fieldValidation": case}
    answer = w.admin.request(
        "POST",
        MODELS.path(w.namespace),
        query=query,
        raw=f"{head}}}".encode(),
        headers={"Content-Type": "application/json"},
    )
    if case == "Strict":
        w.refused(answer, 400, "BadRequest", "a doubled field")
        _listed(w, [], "")
    else:
        w.made(answer)
        w.expect("source" in answer.warning, "a warning that names the field", answer.warning or "no warning")


@check(
    "no-dtype",
    "model.no-dtype",
    "model.schema-items",
    given=st.tuples(st.sampled_from(["input_schema", "output_schema"]), words).map(list),
)
def no_dtype(w: World, case: Case) -> None:
    """A schema item with dtype instead of data_type is refused under Strict; with data_type it is taken, and only known types are."""
    field, name = case
    wrong = w.dialect.spell({field: {"schema_items": [{"name": name, "dtype": "DATA_TYPE_FLOAT"}]}})
    answer = w.admin.create(MODELS, w.namespace, MODELS.object("m", w.namespace, spec=wrong), fieldValidation="Strict")
    w.refused(answer, 400, "BadRequest", "dtype")
    w.made(w.admin.create(MODELS, w.namespace, MODELS.object("m", w.namespace, spec=wrong), fieldValidation="Ignore"))
    item = at(w.spec_of(w.made(w.admin.get(MODELS, w.namespace, "m")).body), f"{field}.schema_items.0")
    w.equal(item, {"name": name}, "the stored schema item")
    right = {
        field: {
            "schema_items": [
                {"name": name, "data_type": "DATA_TYPE_DOUBLE"},
                {"name": "second", "data_type": "DATA_TYPE_STRING"},
            ]
        }
    }
    w.made(w.admin.create(MODELS, w.namespace, w.model("n", right), fieldValidation="Strict"), "model.schema-items")
    w.equal(w.spec_of(w.made(w.admin.get(MODELS, w.namespace, "n")).body), right, "the spec", "model.schema-items")
    for before in ([], right[field]["schema_items"]):
        bad = {field: {"schema_items": [*before, {"name": name, "data_type": "float"}]}}
        answer = w.admin.create(MODELS, w.namespace, w.model("o", bad))
        w.refused(answer, 422, "Invalid", f"data_type: float in item {len(before)}", "model.schema-items")


@check("names", "k8s.names", given=st.one_of(bad_names, object_names))
def names(w: World, case: Case) -> None:
    """A name that is no DNS subdomain is refused as invalid; any that is one is taken; generateName gives a free one."""
    answer = w.admin.create(MODELS, w.namespace, w.model(case, {}))
    good = len(case) <= 253 and all(
        part and part[0] != "-" and part[-1] != "-" and set(part) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        for part in case.split(".")
    )
    if good:
        w.made(answer)
        w.equal(w.made(w.admin.get(MODELS, w.namespace, case)).at("metadata.name"), case, "the name")
    else:
        w.refused(answer, 422, "Invalid", f"the name {case!r}")
        _listed(w, [], "")
    obj = MODELS.object("", w.namespace, spec={})
    obj["metadata"] = {"generateName": "made-"}
    made = [str(w.made(w.admin.create(MODELS, w.namespace, obj)).at("metadata.name")) for _ in range(2)]
    w.expect(
        all(name.startswith("made-") and len(name) > len("made-") for name in made) and made[0] != made[1],
        "two names that begin with made-",
        made,
    )
    nameless = MODELS.object("", w.namespace, spec={})
    nameless["metadata"] = {}
    answer = w.admin.create(MODELS, w.namespace, nameless)
    w.expect(answer.code in (400, 422), "an object without a name to be refused", answer.said())


@check("namespace-must-exist", "k8s.namespace-must-exist")
def namespace_must_exist(w: World, case: Case) -> None:
    """Nothing can be created in a namespace that does not exist, nor with a body that names another namespace than the path."""
    absent = w.owned_name("absent")
    w.context.ownership.namespaces.add(absent)
    w.refused(
        w.admin.create(MODELS, absent, w.model("m", {}, absent)),
        404,
        "NotFound",
        "a create in a namespace that does not exist",
    )
    answer = w.admin.create(MODELS, w.namespace, w.model("m", {}, "elsewhere"))
    w.refused(answer, 400, "BadRequest", "a body of another namespace than its path")
    w.made(w.admin.create(MODELS, w.namespace, w.model("m", {})))
    renamed = {**w.made(w.admin.get(MODELS, w.namespace, "m")).body}
    renamed["metadata"] = {**at(renamed, "metadata"), "name": "other"}
    w.refused(
        w.admin.update(MODELS, w.namespace, "m", renamed),
        400,
        "BadRequest",
        "an update whose body has another name than its path",
    )


_BODIES = (
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "3",
    "{}",
    '{"apiVersion":"michelangelo.api/v2","kind":"Model"}',
    "\u0000",
    "<xml/>",
)


@check("malformed", "k8s.malformed", given=st.sampled_from(_BODIES))
def malformed(w: World, case: Case) -> None:
    """A body that is no JSON object of the right kind is refused with a client error, and nothing is stored."""
    answer = w.admin.request(
        "POST", MODELS.path(w.namespace), raw=case.encode(), headers={"Content-Type": "application/json"}
    )
    w.expect(400 <= answer.code < 500, "a client error", answer.said())
    w.expect(answer.at("kind") == "Status", "a Status", answer.text)
    _listed(w, [], "")


@check("wrong-kind", "k8s.malformed", given=st.sampled_from(["kind", "version", "group", "no-kind"]), weight=0.3)
def wrong_kind(w: World, case: Case) -> None:
    """A body of another kind, version or group than its path is refused, and nothing is stored."""
    obj = w.model("m", {})
    if case == "kind":
        obj["kind"] = "InferenceServer"
    elif case == "version":
        obj["apiVersion"] = f"{GROUP}/v9"
    elif case == "group":
        obj["apiVersion"] = "example.com/v2"
    else:
        del obj["kind"]
    answer = w.admin.create(MODELS, w.namespace, obj)
    w.expect(answer.code in (400, 422) and answer.at("kind") == "Status", "a client error as a Status", answer.said())
    _listed(w, [], "")


_WRONG = st.sampled_from(
    ["missing", "exists", "invalid", "conflict", "forbidden", "media", "selector", "kind", "continue"]
)


@check("status-errors", "k8s.status-errors", given=_WRONG)
def status_errors(w: World, case: Case) -> None:
    """Every refusal is a Status: Failure, with the code of the HTTP status, a reason, a message, and details of what it is about."""
    answer, reason, details = _provoke(w, case)
    w.expect(not answer.ok, "a refusal", answer.said())
    w.equal(answer.at("kind"), "Status", "kind")
    w.equal(answer.at("apiVersion"), "v1", "apiVersion")
    w.equal(answer.at("status"), "Failure", "status")
    w.equal(answer.at("code"), answer.code, "code, as the HTTP status")
    w.equal(answer.at("reason"), reason, "reason")
    w.expect(isinstance(answer.at("message"), str) and answer.message, "a message", answer.body)
    for key, value in details.items():
        w.equal(answer.at(f"details.{key}"), value, f"details.{key}")
    if case == "invalid":
        fields = [str(at(cause, "field")) for cause in answer.at("details.causes") or []]
        w.expect("spec.kind" in fields, "a cause for the field spec.kind", answer.at("details"))


def _provoke(w: World, what: str) -> tuple[Answer, str, dict[str, Any]]:
    about = {"name": "m", "group": GROUP}
    if what == "missing":
        return w.admin.get(MODELS, w.namespace, "m"), "NotFound", {**about, "kind": "models"}
    if what == "forbidden":
        return (
            account(w, w.namespace, "nobody").get(MODELS, w.namespace, "m"),
            "Forbidden",
            {**about, "kind": "models"},
        )
    if what == "invalid":
        return w.admin.create(MODELS, w.namespace, w.model("m", {"kind": "NO"})), "Invalid", {**about, "kind": "Model"}
    if what == "media":
        return (
            w.admin.request("POST", MODELS.path(w.namespace), raw=b"x", headers={"Content-Type": "text/plain"}),
            "UnsupportedMediaType",
            {},
        )
    if what == "selector":
        return w.admin.list(MODELS, w.namespace, labelSelector="!!"), "BadRequest", {}
    if what == "continue":
        return w.admin.list(MODELS, w.namespace, continue_="nonsense", limit=1), "BadRequest", {}
    if what == "kind":
        return (
            w.admin.request("POST", MODELS.path(w.namespace), raw=b"{", headers={"Content-Type": "application/json"}),
            "BadRequest",
            {},
        )
    first = w.register({"revision_id": 1}, "m")
    if what == "exists":
        return w.admin.create(MODELS, w.namespace, w.model("m", {})), "AlreadyExists", {**about, "kind": "models"}
    w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {"source": "x"}}))
    return w.admin.update(MODELS, w.namespace, "m", first.body), "Conflict", {**about, "kind": "models"}


@check("methods", "k8s.methods", "k8s.unknown-resources")
def methods(w: World, case: Case) -> None:
    """Verbs that a path does not have are not allowed; paths of what is not there are 404."""
    for resource, codes in ((CONFIGMAPS, (405,)), (MODELS, (400, 404, 405))):
        body = resource.object("m", w.namespace)
        for method in ("PUT", "PATCH"):
            answer = w.admin.request(method, resource.path(w.namespace), body=body)
            w.expect(
                answer.code in codes, f"{method} of a collection of {resource.plural} not to be allowed", answer.said()
            )
    answer = w.admin.request("POST", CONFIGMAPS.path(w.namespace, "m"), body=CONFIGMAPS.object("m", w.namespace))
    w.refused(answer, 405, "MethodNotAllowed", "a POST to the path of an object")
    unknown = Resource(GROUP, "v2", "gizmos", "Gizmo")
    for path in (
        unknown.path(w.namespace),
        f"/apis/{GROUP}/v9/models",
        "/apis/no.such.group/v1/models",
        "/api/v9/pods",
        "/nothing/here",
    ):
        answer = w.admin.request("GET", path)
        w.expect(answer.code == 404, f"404 for {path}", answer.said(), "k8s.unknown-resources")
