"""What a server says that it serves: discovery in both its forms, and OpenAPI, held against the definitions."""

from __future__ import annotations

from typing import Any

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import Json, at
from conformance.driver.resources import CRDS, GROUP

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


@check("discovery", "k8s.discovery", weight=0.2)
def discovery(w: World, case: Case) -> None:
    """Each listed resource of the group says kind, scope and verbs, has a status of its own where it says so, and is served."""
    listed = w.made(w.admin.request("GET", f"/apis/{GROUP}/v2"))
    resources = [one for one in listed.at("resources") or [] if not _passing(w, at(one, "name"))]
    w.equal(listed.at("groupVersion"), f"{GROUP}/v2", "groupVersion")
    for one in resources:
        name = str(at(one, "name"))
        w.expect(
            at(one, "kind") and isinstance(at(one, "namespaced"), bool) and at(one, "verbs"),
            f"kind, scope and verbs of {name}",
            one,
        )
        if "/" not in name and at(one, "namespaced"):
            answer = w.made(w.admin.request("GET", f"/apis/{GROUP}/v2/namespaces/{w.namespace}/{name}"))
            w.equal(answer.at("kind"), f"{at(one, 'kind')}List", f"the kind of the list of {name}")
    for definition in w.made(w.admin.list(CRDS)).items:
        if at(definition, "spec.group") == GROUP and at(definition, "spec.names.plural") in (
            "models",
            "inferenceservers",
        ):
            _as_defined(w, definition, resources)
    _aggregated(w, resources)
    names = [at(one, "name") for one in resources]
    w.expect("models" in names and "models/status" in names, "models and models/status", names)
    core = w.made(w.admin.request("GET", "/api/v1"))
    w.expect(
        {"namespaces", "configmaps", "secrets", "serviceaccounts"}
        <= {at(one, "name") for one in core.at("resources") or []},
        "the core resources",
        core.text[:400],
    )
    version = w.made(w.admin.request("GET", "/version"))
    w.expect(version.at("major") and version.at("minor") and version.at("gitVersion"), "a version", version.body)


def _passing(w: World, name: Json) -> bool:
    """Whether a resource is a check's own, which comes and goes while others run."""
    return str(name).startswith(w.context.ownership.prefix)


def _as_defined(w: World, definition: Json, resources: list[Json]) -> None:
    """Discovery says of a resource what its definition says."""
    plural = str(at(definition, "spec.names.plural"))
    one = next((item for item in resources if at(item, "name") == plural), None)
    w.expect(one is not None, f"{plural}, which is defined", [at(item, "name") for item in resources])
    w.equal(
        at(one, "namespaced"), at(definition, "spec.scope") == "Namespaced", f"{plural}.namespaced, as it is defined"
    )
    w.equal(at(one, "kind"), at(definition, "spec.names.kind"), f"the kind of {plural}, as it is defined")
    wanted = sorted(at(definition, "spec.names.shortNames") or [])
    w.equal(sorted(at(one, "shortNames") or []), wanted, f"the short names of {plural}, as they are defined")


def _aggregated(w: World, resources: list[Json]) -> None:
    """All groups in one answer, which kubectl asks for first: where there is one, it says the same."""
    answer = w.made(w.admin.request("GET", "/apis", headers={"Accept": AGGREGATED}))
    if answer.at("kind") != "APIGroupDiscoveryList":
        return
    group = next((item for item in answer.at("items") or [] if at(item, "metadata.name") == GROUP), None)
    versions = at(group, "versions") or []
    told = next((at(one, "resources") or [] for one in versions if at(one, "version") == "v2"), [])
    found = {
        str(at(one, "resource")): sorted(at(one, "verbs") or []) for one in told if not _passing(w, at(one, "resource"))
    }
    wanted = {
        str(at(one, "name")): sorted(at(one, "verbs") or []) for one in resources if "/" not in str(at(one, "name"))
    }
    w.equal(found, wanted, "the resources and verbs in the discovery of all groups at once")


@check("openapi", "k8s.openapi", weight=0.2)
def openapi(w: World, case: Case) -> None:
    """OpenAPI v3 lists the group and describes Model with the fields of its spec."""
    index = w.made(w.admin.request("GET", "/openapi/v3"))
    entry = at(index.body, "paths", {}).get(f"apis/{GROUP}/v2") if isinstance(at(index.body, "paths"), dict) else None
    w.expect(
        isinstance(entry, dict) and entry.get("serverRelativeURL"),
        f"apis/{GROUP}/v2 in the index",
        sorted(at(index.body, "paths") or {}),
    )
    document = w.made(w.admin.request("GET", str(at(entry, "serverRelativeURL"))))
    schemas = at(document.body, "components.schemas") or {}
    model = next((schema for schema in schemas.values() if _is(schema, "Model")), None)
    w.expect(model is not None, "a schema of kind Model", sorted(schemas))
    fields = at(model, "properties.spec.properties") or {}
    for field in ("model_artifact_uri", "deployable_artifact_uri", "package_type", "revision_id", "kind"):
        w.expect(w.dialect.field(field) in fields, f"{w.dialect.field(field)} among the fields of spec", sorted(fields))
    versions = w.made(w.admin.get(CRDS, "", "models.michelangelo.api")).at("spec.versions") or []
    served = next((one for one in versions if at(one, "name") == "v2"), None)
    defined = at(served, "schema.openAPIV3Schema.properties.spec.properties") or {}
    for field, schema in defined.items():
        w.expect(field in fields, f"{field}, as it is defined, among the fields of spec", sorted(fields))
        w.equal(at(fields[field], "type"), at(schema, "type"), f"the type of {field}, as it is defined")


def _is(schema: Any, kind: str) -> bool:
    marks = schema.get("x-kubernetes-group-version-kind") or [] if isinstance(schema, dict) else []
    return any(at(mark, "kind") == kind and at(mark, "group") == GROUP for mark in marks)
