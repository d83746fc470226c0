"""Step 1: the definition of Model, and what discovery says of it."""

from __future__ import annotations

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.kube import TABLE
from conformance.driver.resources import CRDS, GROUP, MODELS
from conformance.model.dialect import Spelling, observe
from conformance.strategies.text import object_names

NAME = "models.michelangelo.api"


@check("definition-present", "crd.present", "how.single-resource", "needs.permissions")
def definition_present(w: World, case: Case) -> None:
    """The definition models.michelangelo.api is there, established, and its names are accepted."""
    answer = w.made(w.admin.get(CRDS, "", NAME))
    w.equal(answer.at("metadata.name"), NAME, "metadata.name")
    conditions = answer.at("status.conditions") or []
    true = {at(one, "type") for one in conditions if at(one, "status") == "True"}
    w.expect(
        {"Established", "NamesAccepted"} <= true, "conditions Established and NamesAccepted to be True", conditions
    )
    listed = w.made(w.admin.list(CRDS))
    w.expect(NAME in listed.names, f"{NAME} among all definitions", listed.names)
    group = [one for one in listed.items if at(one, "spec.group") == GROUP and at(one, "spec.names.kind") == "Model"]
    w.expect(
        len(group) == 1,
        "exactly one definition of kind Model in the group",
        [at(one, "metadata.name") for one in group],
        "how.single-resource",
    )


@check("definition-names", "crd.names", "crd.version")
def definition_names(w: World, case: Case) -> None:
    """The definition serves kind Model of michelangelo.api/v2 as models, inside namespaces."""
    answer = w.made(w.admin.get(CRDS, "", NAME))
    for path, wanted in (
        ("spec.group", GROUP),
        ("spec.scope", "Namespaced"),
        ("spec.names.kind", "Model"),
        ("spec.names.plural", "models"),
        ("spec.names.singular", "model"),
        ("spec.names.listKind", "ModelList"),
    ):
        w.equal(answer.at(path), wanted, path, "crd.names")
    versions = {at(one, "name"): one for one in answer.at("spec.versions") or []}
    w.expect(at(versions, "v2.served") is True, "version v2 to be served", versions, "crd.version")
    w.expect(at(versions, "v2.storage") is True, "version v2 to be stored", versions, "crd.version")


@check("definition-discovered", "crd.discovered")
def definition_discovered(w: World, case: Case) -> None:
    """Discovery lists models under michelangelo.api/v2 with its verbs and its status."""
    groups = w.made(w.admin.request("GET", "/apis"))
    group = next((one for one in groups.at("groups") or [] if at(one, "name") == GROUP), None)
    w.expect(
        group is not None, f"group {GROUP} among the groups", [at(one, "name") for one in groups.at("groups") or []]
    )
    w.expect("v2" in [at(one, "version") for one in at(group, "versions") or []], "version v2 of the group", group)
    listed = w.made(w.admin.request("GET", f"/apis/{GROUP}/v2"))
    resources = {at(one, "name"): one for one in listed.at("resources") or []}
    models = resources.get("models")
    w.expect(models is not None, "models among the group's resources", sorted(map(str, resources)))
    w.equal(at(models, "kind"), "Model", "the kind of models")
    w.equal(at(models, "namespaced"), True, "models.namespaced")
    w.equal(at(models, "singularName"), "model", "the singular name of models")
    needed = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
    w.expect(needed <= set(at(models, "verbs") or []), f"the verbs {sorted(needed)}", at(models, "verbs"))


@check("definition-spelling", "uri.spelling")
def definition_spelling(w: World, case: Case) -> None:
    """The definition spells the URI fields in one of the two known ways, and both alike."""
    answer = w.made(w.admin.get(CRDS, "", NAME))
    dialect = observe(answer.body)
    w.expect(
        dialect.spelling is not Spelling.UNKNOWN,
        "model_artifact_uri or modelArtifactUri in the schema of the spec",
        answer.at("spec.versions"),
    )
    fields = at(answer.at("spec.versions.0"), "schema.openAPIV3Schema.properties.spec.properties") or {}
    for name in ("deployable_artifact_uri", "package_type", "revision_id", "input_schema", "output_schema"):
        w.expect(
            dialect.field(name) in fields, f"{dialect.field(name)}, as the other fields are spelled", sorted(fields)
        )


@check("namespace-without-models", "crd.empty-namespace", "trouble.none-registered")
def namespace_without_models(w: World, case: Case) -> None:
    """A namespace without Models lists none, as JSON and as a Table, also when it does not exist."""
    for namespace in (w.namespace, w.owned_name("absent")):
        listed = w.made(w.admin.list(MODELS, namespace))
        w.equal(listed.at("items"), [], "the items")
        w.equal(listed.at("kind"), "ModelList", "the kind of the list")
        w.expect(listed.resource_version != "", "a resourceVersion on the list", listed.body)
        table = w.made(w.admin.list(MODELS, namespace, accept=f"{TABLE},application/json"))
        w.expect(not table.at("rows"), "a Table without rows", table.body)


@check("wrong-namespace", "trouble.none-registered", given=object_names, weight=0.4)
def wrong_namespace(w: World, case: Case) -> None:
    """Looking in the wrong namespace finds nothing, without an error, though a Model of the name is registered elsewhere."""
    w.register({}, case)
    other = w.new_namespace()
    listed = w.made(w.admin.list(MODELS, other))
    w.equal(listed.names, [], "the names in the other namespace")
    w.refused(w.admin.get(MODELS, other, case), 404, "NotFound", "getting it there")
