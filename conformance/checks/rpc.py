"""The gRPC API, called as ``ma`` calls it: get, list, apply and delete of Models, and what kubectl sees of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.resources import MODEL_FAMILIES, MODELS
from conformance.driver.rpc import RpcAnswer
from conformance.model.dialect import snake
from conformance.strategies.models import KINDS, PACKAGES
from conformance.strategies.selectors import label_sets
from conformance.strategies.text import labels, object_names, words
from conformance.strategies.uris import usual

METHODS = {"CreateModel", "GetModel", "UpdateModel", "DeleteModel", "DeleteModelCollection", "ListModel"}
_plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
# No zero values: protobuf does not tell them from absence, so they do not survive the way there and back.
rpc_specs = st.fixed_dictionaries(
    {"model_artifact_uri": st.lists(usual, min_size=1, max_size=3)},
    optional={
        "deployable_artifact_uri": st.lists(usual, min_size=1, max_size=3),
        "description": _plain,
        "algorithm": words,
        "training_framework": words,
        "kind": st.sampled_from(KINDS[1:]),
        "package_type": st.sampled_from(PACKAGES[1:]),
        "revision_id": st.integers(1, 2**31 - 1),
        "sealed": st.just(True),
        "owner": st.fixed_dictionaries({"name": words}),
        "input_schema": st.fixed_dictionaries(
            {
                "schema_items": st.lists(
                    st.fixed_dictionaries({"name": words, "data_type": st.just("DATA_TYPE_FLOAT")}),
                    min_size=1,
                    max_size=2,
                )
            }
        ),
    },
)


def _proto(value: Any) -> Any:
    """A spec of Kubernetes as the proto files spell it."""
    if isinstance(value, list):
        return [_proto(item) for item in value]
    if isinstance(value, dict):
        return {
            "training_framework" if key == "trainingFramework" else snake(key): _proto(inner)
            for key, inner in value.items()
        }
    return value


def _model(w: World, name: str, spec: Any, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": w.namespace, **metadata}, "spec": spec}


def _called(w: World, method: str, request: Any, clause: str = "") -> RpcAnswer:
    answer = w.rpc.call("Model", method, request)
    w.expect(answer.ok, f"{method} to succeed", answer.said(), clause)
    return answer


def _refused(w: World, method: str, request: Any, code: str, clause: str) -> None:
    answer = w.rpc.call("Model", method, request)
    w.expect(answer.code == code, f"{method} to be refused with {code}", answer.said(), clause)


@check("rpc-reflection", "ma.reflection", needs=(Need.RPC,))
def rpc_reflection(w: World, case: Case) -> None:
    """The services describe themselves by reflection; ModelService is among them, with its six methods."""
    found = w.rpc.services()
    w.expect("michelangelo.api.v2.ModelService" in found, "michelangelo.api.v2.ModelService among the services", found)
    methods = w.rpc.methods("Model")
    w.expect(set(methods) >= METHODS, f"the methods {sorted(METHODS)}", methods)


@check(
    "rpc-to-kube",
    "ma.apply",
    given=st.tuples(object_names, rpc_specs, rpc_specs).map(list),
    needs=(Need.RPC,),
    weight=0.6,
)
def rpc_to_kube(w: World, case: Case) -> None:
    """What is created and updated through gRPC is what Kubernetes shows, field by field."""
    name, first, second = case
    made = _called(w, "CreateModel", {"model": _model(w, name, first)})
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    w.equal(_proto(read.at("spec", {})), first, "the spec in Kubernetes after create")
    w.equal(made.at("model.metadata.uid"), read.at("metadata.uid"), "the uid in the answer")
    updated = _model(w, name, second, resourceVersion=read.resource_version)
    _called(w, "UpdateModel", {"model": updated})
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    w.equal(_proto(read.at("spec", {})), second, "the spec in Kubernetes after update")
    w.expect(not read.at("status"), "an empty status", read.at("status"))


@check(
    "kube-to-rpc",
    "ma.get",
    "ma.list",
    "ma.limit",
    given=st.dictionaries(object_names, rpc_specs, min_size=1, max_size=4),
    needs=(Need.RPC,),
    weight=0.6,
)
def kube_to_rpc(w: World, case: Case) -> None:
    """What Kubernetes holds is what gRPC gets and lists, field by field, of this namespace only, and no more than the limit."""
    for name, spec in case.items():
        w.register(
            {"trainingFramework" if key == "training_framework" else key: value for key, value in spec.items()}, name
        )
    w.register({}, "elsewhere", w.new_namespace())
    for name, spec in case.items():
        got = _called(w, "GetModel", {"name": name, "namespace": w.namespace}, "ma.get")
        w.equal(got.at("model.spec") or {}, spec, "the spec through gRPC", "ma.get")
        w.equal(got.at("model.metadata.name"), name, "the name", "ma.get")
    listed = _called(w, "ListModel", {"namespace": w.namespace}, "ma.list")
    items = listed.at("model_list.items") or []
    w.equal([at(item, "metadata.name") for item in items], sorted(case), "the names in the list", "ma.list")
    w.equal(
        [at(item, "spec") or {} for item in items],
        [case[name] for name in sorted(case)],
        "the specs in the list",
        "ma.list",
    )
    limited = _called(w, "ListModel", {"namespace": w.namespace, "list_options": {"limit": "1"}}, "ma.limit")
    w.equal(
        [at(item, "metadata.name") for item in limited.at("model_list.items") or []],
        sorted(case)[:1],
        "the names within a limit of 1",
        "ma.limit",
    )


@check("rpc-delete", "ma.delete", "ma.missing", given=object_names, needs=(Need.RPC,), weight=0.4)
def rpc_delete(w: World, case: Case) -> None:
    """Deleting through gRPC deletes in Kubernetes that Model and no other; what is not there is NOT_FOUND."""
    w.register({}, case)
    w.register({}, "kept-1")
    reference = {"name": case, "namespace": w.namespace}
    _called(w, "DeleteModel", reference, "ma.delete")
    w.refused(w.admin.get(MODELS, w.namespace, case), 404, "NotFound", "getting what gRPC deleted", "ma.delete")
    w.made(w.admin.get(MODELS, w.namespace, "kept-1"), "ma.delete")
    _refused(w, "GetModel", reference, "NOT_FOUND", "ma.missing")
    _refused(w, "DeleteModel", reference, "NOT_FOUND", "ma.missing")
    _refused(
        w,
        "UpdateModel",
        {"model": _model(w, case, {"description": "x"}, resourceVersion="1")},
        "NOT_FOUND",
        "ma.missing",
    )
    w.register({}, case)
    w.made(w.admin.delete(MODELS, w.namespace, case))
    _refused(w, "GetModel", reference, "NOT_FOUND", "ma.missing")


@check("rpc-conflict", "ma.conflict", given=words, needs=(Need.RPC,), weight=0.4)
def rpc_conflict(w: World, case: Case) -> None:
    """A second create is ALREADY_EXISTS; an update by an old version FAILED_PRECONDITION, without one INVALID_ARGUMENT; nothing changes."""
    first = _called(w, "CreateModel", {"model": _model(w, "m", {"description": case})})
    _refused(w, "CreateModel", {"model": _model(w, "m", {"description": "again"})}, "ALREADY_EXISTS", "ma.conflict")
    latest = w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {"description": f"{case} by kubectl"}}))
    stale = _model(w, "m", {"description": "stale"}, resourceVersion=first.at("model.metadata.resourceVersion"))
    _refused(w, "UpdateModel", {"model": stale}, "FAILED_PRECONDITION", "ma.conflict")
    _refused(w, "UpdateModel", {"model": _model(w, "m", {"description": "blind"})}, "INVALID_ARGUMENT", "ma.conflict")
    w.equal(w.made(w.admin.get(MODELS, w.namespace, "m")).body, latest.body, "the Model afterwards")


@check(
    "rpc-metadata",
    "ma.apply",
    "ma.get",
    given=st.tuples(object_names, labels, labels).map(list),
    needs=(Need.RPC,),
    weight=0.3,
)
def rpc_metadata(w: World, case: Case) -> None:
    """Labels and annotations go both ways, and the version that gRPC tells is the one that an update needs; a dry run stores nothing."""
    name, first, second = case
    dry = {"model": _model(w, name, {"description": "dry"}), "create_options": {"dryRun": ["All"]}}
    _called(w, "CreateModel", dry, "ma.apply")
    w.refused(w.admin.get(MODELS, w.namespace, name), 404, "NotFound", "getting what a dry run made", "ma.apply")
    notes = {"example.com/note": "as given"}
    _called(
        w,
        "CreateModel",
        {"model": _model(w, name, {"description": "one"}, labels=first, annotations=notes)},
        "ma.apply",
    )
    for wanted, description in ((first, "one"), (second, "two")):
        read = w.made(w.admin.get(MODELS, w.namespace, name))
        kept = read.at("metadata.labels") or {}
        w.equal({key: kept.get(key) for key in wanted}, wanted, "the labels in Kubernetes", "ma.apply")
        w.equal(
            (read.at("metadata.annotations") or {}).get("example.com/note"),
            "as given",
            "the annotation in Kubernetes",
            "ma.apply",
        )
        got = _called(w, "GetModel", {"name": name, "namespace": w.namespace}, "ma.get")
        w.equal(got.at("model.metadata.resourceVersion"), read.resource_version, "the version through gRPC", "ma.get")
        w.equal(got.at("model.metadata.uid"), read.at("metadata.uid"), "the uid through gRPC", "ma.get")
        told = got.at("model.metadata.labels") or {}
        w.equal({key: told.get(key) for key in wanted}, wanted, "the labels through gRPC", "ma.get")
        w.equal(read.at("spec.description"), description, "the description", "ma.apply")
        if wanted is first:
            change = _model(
                w,
                name,
                {"description": "two"},
                labels=second,
                annotations=notes,
                resourceVersion=got.at("model.metadata.resourceVersion"),
            )
            _called(w, "UpdateModel", {"model": change}, "ma.apply")


@check(
    "rpc-list",
    "ma.list",
    "ma.limit",
    "ma.delete-collection",
    given=st.lists(label_sets, min_size=1, max_size=5),
    needs=(Need.RPC,),
    weight=0.3,
)
def rpc_list(w: World, case: Case) -> None:
    """A list takes selectors and goes on page by page; deleting a collection deletes what its selector lists, in its namespace."""
    held = {f"m-{number}": given for number, given in enumerate(case)}
    for name, given in held.items():
        w.register({}, name, labels=given)
    other = w.new_namespace()
    w.register({}, "elsewhere", other, labels=case[0])

    def names(clause: str, **options: Any) -> list[Any]:
        answer = _called(w, "ListModel", {"namespace": w.namespace, "list_options": options}, clause)
        return [at(item, "metadata.name") for item in answer.at("model_list.items") or []]

    for key, value in (("team", "a"), ("stage", "prod")):
        wanted = sorted(name for name, given in held.items() if given.get(key) == value)
        w.equal(names("ma.list", labelSelector=f"{key}={value}"), wanted, f"what {key}={value} selects", "ma.list")
    w.equal(names("ma.list", fieldSelector="metadata.name=m-0"), ["m-0"], "what metadata.name=m-0 selects", "ma.list")
    found: list[Any] = []
    token = ""
    for _ in range(len(held) + 1):
        options = {"limit": "2", **({"continue": token} if token else {})}
        page = _called(w, "ListModel", {"namespace": w.namespace, "list_options": options}, "ma.limit")
        found += [at(item, "metadata.name") for item in page.at("model_list.items") or []]
        token = page.at("model_list.metadata.continue", "") or ""
        if not token:
            break
    w.equal(found, sorted(held), "all pages together", "ma.limit")
    doomed = {"namespace": w.namespace, "list_options": {"labelSelector": "team=a"}}
    _called(w, "DeleteModelCollection", doomed, "ma.delete-collection")
    left = sorted(name for name, given in held.items() if given.get("team") != "a")
    w.equal(w.made(w.admin.list(MODELS, w.namespace)).names, left, "what is left", "ma.delete-collection")
    w.equal(
        w.made(w.admin.list(MODELS, other)).names,
        ["elsewhere"],
        "the Models of another namespace",
        "ma.delete-collection",
    )


@check("rpc-families", "ma.families", given=words, needs=(Need.RPC,), weight=0.2)
def rpc_families(w: World, case: Case) -> None:
    """A ModelFamily is created through gRPC is seen by Kubernetes, and is read through gRPC again."""
    family = {"metadata": {"name": "f", "namespace": w.namespace}, "spec": {"name": case, "description": "family"}}
    made = w.rpc.call("ModelFamily", "CreateModelFamily", {"model_family": family})
    w.expect(made.ok, "CreateModelFamily to succeed", made.said())
    read = w.made(w.admin.get(MODEL_FAMILIES, w.namespace, "f"))
    w.equal(read.at("spec.name"), case, "spec.name in Kubernetes")
    got = w.rpc.call("ModelFamily", "GetModelFamily", {"name": "f", "namespace": w.namespace})
    w.equal(got.at("model_family.spec.name"), case, "spec.name through gRPC")
