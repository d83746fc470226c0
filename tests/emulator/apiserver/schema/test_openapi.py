"""Definitions as OpenAPI."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.schema.openapi import V2, V3, Publication, definition_name

META = "io.k8s.apimachinery.pkg.apis.meta.v1."


def publication(schema: dict[str, Any], **version: Any) -> Publication:
    given = {"name": "v2", "schema": {"openAPIV3Schema": schema}, **version}
    spec = {"group": "michelangelo.api", "scope": "Namespaced", "names": {"plural": "models", "kind": "Model"}}
    return Publication({"spec": spec}, given)


def test_a_kind_is_named_by_its_reversed_group():
    """As kubectl looks it up."""
    assert definition_name("michelangelo.api", "v2", "Model") == "api.michelangelo.v2.Model"


def test_a_kind_has_type_and_metadata_beside_its_schema():
    """apiVersion, kind, metadata and the group-version-kind are added."""
    schema = publication({"type": "object", "properties": {"spec": {"type": "object"}}}).schemas(V3)[
        "api.michelangelo.v2.Model"
    ]
    assert sorted(schema["properties"]) == ["apiVersion", "kind", "metadata", "spec"]
    assert schema["properties"]["metadata"]["allOf"] == [{"$ref": f"#/components/schemas/{META}ObjectMeta"}]
    gvk = {"group": "michelangelo.api", "version": "v2", "kind": "Model"}
    assert schema["x-kubernetes-group-version-kind"] == [gvk]


def test_publishing_leaves_the_definition_alone():
    """The definition's schema is shared with what validates."""
    given = {"type": "object", "properties": {"a": {"x-kubernetes-int-or-string": True}}}
    publication(given).document({})
    assert given == {"type": "object", "properties": {"a": {"x-kubernetes-int-or-string": True}}}


def test_swagger_leaves_out_what_its_readers_cannot_read():
    """No junctors, no nullable types, no half-open objects."""
    schema = {
        "type": "object",
        "required": ["n"],
        "properties": {
            "n": {"type": "string", "nullable": True},
            "p": {"x-kubernetes-int-or-string": True},
            "o": {
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": True,
                "properties": {"x": {"type": "string"}},
            },
        },
    }
    published = publication(schema).schemas(V2)["api.michelangelo.v2.Model"]
    assert "required" not in published
    assert published["properties"]["n"] == {}
    assert published["properties"]["p"] == {"x-kubernetes-int-or-string": True}
    assert published["properties"]["o"] == {"x-kubernetes-preserve-unknown-fields": True}
    assert publication(schema).schemas(V3)["api.michelangelo.v2.Model"]["properties"]["p"]["anyOf"]


def test_a_schema_that_is_open_or_not_structural_is_published_as_any_object():
    """Otherwise kubectl would refuse fields that the server takes."""
    assert publication({"type": "object", "properties": {"a": {}}}).schema is None
    root = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    assert set(publication(root).schemas(V2)["api.michelangelo.v2.Model"]) == {
        "type",
        "x-kubernetes-group-version-kind",
    }


def test_embedded_resources_have_an_objects_fields():
    """And need their type."""
    inner = {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}
    schema = publication({"type": "object", "properties": {"t": inner}}).schemas(V3)["api.michelangelo.v2.Model"]
    assert schema["properties"]["t"]["required"] == ["kind", "apiVersion"]
    assert set(schema["properties"]["t"]["properties"]) == {"apiVersion", "kind", "metadata"}


def test_paths_name_kind_and_action():
    """kubectl finds a resource's schema, and whether dry runs are understood, through the paths."""
    document = publication({"type": "object"}, subresources={"status": {}}).document({})
    root = "/apis/michelangelo.api/v2"
    assert list(document["paths"]) == [
        f"{root}/models",
        f"{root}/namespaces/{{namespace}}/models",
        f"{root}/namespaces/{{namespace}}/models/{{name}}",
        f"{root}/namespaces/{{namespace}}/models/{{name}}/status",
    ]
    patch = document["paths"][f"{root}/namespaces/{{namespace}}/models/{{name}}"]["patch"]
    assert patch["operationId"] == "patchMichelangeloApiV2NamespacedModel"
    assert patch["x-kubernetes-action"] == "patch"
    assert patch["x-kubernetes-group-version-kind"] == {"group": "michelangelo.api", "version": "v2", "kind": "Model"}
    assert {"dryRun", "fieldValidation"} <= {parameter["name"] for parameter in patch["parameters"]}


def test_shared_schemas_come_with_what_they_refer_to():
    """ObjectMeta brings its owner references."""
    shared = {
        f"{META}ObjectMeta": {"properties": {"o": {"$ref": f"#/components/schemas/{META}OwnerReference"}}},
        f"{META}OwnerReference": {"type": "object"},
        f"{META}Unused": {"type": "object"},
    }
    schemas = publication({"type": "object"}).document(shared)["components"]["schemas"]
    assert f"{META}OwnerReference" in schemas
    assert f"{META}Unused" not in schemas
