"""OpenAPI documents of built-in kinds and definitions, and their protobuf form."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.endpoints import openapi_protobuf
from emulator.apiserver.endpoints.openapi import OpenApi
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.registry.builtin.kinds import builtin_kinds
from emulator.apiserver.registry.catalog import Catalog, Served
from emulator.apiserver.registry.definition_kinds import kinds_of
from emulator.apiserver.schema.openapi import V3
from emulator.apiserver.schema.openapi_builtin import BuiltinSchemas, with_references

WIDGETS: Object = {
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "listKind": "WidgetList", "singular": "widget"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}},
            }
        ],
    }
}


@pytest.fixture
def catalog() -> Catalog:
    made = Catalog()
    for kind in builtin_kinds():
        made.add(Served(kind, None, {}))
    return made


def get(api: OpenApi, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask as HTTP does; the status, the headers and the body."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    where, _, query = path.partition("?")
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"method": "GET", "path": where, "headers": given, "query_string": query.encode()}
    assert asyncio.run(api.answer(Request(scope, None, send)))
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, sent[1]["body"]


def test_the_index_names_every_group_version(catalog: Catalog) -> None:
    """The index has a document, with a hash, for everything that is served; it is sent as text."""
    status, headers, body = get(OpenApi(catalog), "/openapi/v3")
    assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
    paths = orjson.loads(body)["paths"]
    assert {"api/v1", "apis/apps/v1", "apis/autoscaling/v2"} <= set(paths)
    assert paths["api/v1"]["serverRelativeURL"].startswith("/openapi/v3/api/v1?hash=")


def test_a_hashed_document_may_be_kept(catalog: Catalog) -> None:
    """A document asked for by its hash never changes; an outdated hash leads to the current one."""
    api = OpenApi(catalog)
    where = orjson.loads(get(api, "/openapi/v3")[2])["paths"]["apis/apps/v1"]["serverRelativeURL"]
    status, headers, body = get(api, where)
    assert status == 200 and "immutable" in headers["cache-control"] and headers["expires"].endswith("GMT")
    assert get(api, "/openapi/v3/apis/apps/v1?hash=OLD")[:2][0] == 301
    assert get(api, "/openapi/v3/apis/apps/v1?hash=OLD")[1]["location"] == where
    assert get(api, where, if_none_match=headers["etag"])[0] == 304
    plain = get(api, "/openapi/v3/apis/apps/v1")
    assert plain[1]["cache-control"] == "no-cache, private" and plain[2] == body


def test_documents_are_whole(catalog: Catalog) -> None:
    """Every schema that a document speaks of is in it, and its kinds can be found by group, version and kind."""
    for path in ("api/v1", "apis/apps/v1", "apis/apiextensions.k8s.io/v1", "apis/authorization.k8s.io/v1"):
        document = orjson.loads(get(OpenApi(catalog), f"/openapi/v3/{path}")[2])
        schemas = document["components"]["schemas"]
        for name in _references(document):
            assert name in schemas, name
    schema = schemas["io.k8s.api.authorization.v1.SelfSubjectAccessReview"]
    assert schema["x-kubernetes-group-version-kind"][0]["kind"] == "SelfSubjectAccessReview"


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"].removeprefix(V3)} if isinstance(node.get("$ref"), str) else set()
        return found.union(*(_references(value) for value in node.values()))
    return set().union(*map(_references, node)) if isinstance(node, list) else set()


def test_patches_of_built_in_kinds(catalog: Catalog) -> None:
    """Built-in kinds take strategic merge patches and field validation, which kubectl looks up."""
    document = orjson.loads(get(OpenApi(catalog), "/openapi/v3/apis/apps/v1")[2])
    patch = document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert "application/strategic-merge-patch+json" in patch["requestBody"]["content"]
    assert "fieldValidation" in {parameter["name"] for parameter in patch["parameters"]}
    reviews = orjson.loads(get(OpenApi(catalog), "/openapi/v3/apis/authentication.k8s.io/v1")[2])["paths"]
    assert set(reviews["/apis/authentication.k8s.io/v1/tokenreviews"]) == {"parameters", "post"}
    core = orjson.loads(get(OpenApi(catalog), "/openapi/v3/api/v1")[2])["paths"]
    assert core["/api/v1/namespaces"]["get"]["operationId"] == "listCoreV1Namespace"


def test_descriptions_are_there(catalog: Catalog) -> None:
    """``kubectl explain`` has something to say."""
    schemas = BuiltinSchemas(V3)
    spec = schemas["io.k8s.api.apps.v1.DeploymentSpec"]
    assert spec["properties"]["strategy"]["allOf"] and spec["properties"]["strategy"]["description"]
    found = with_references(["io.k8s.api.apps.v1.Deployment"], schemas)
    assert "io.k8s.api.core.v1.Container" in found and "io.k8s.api.batch.v1.Job" not in found


def test_definitions_join_and_leave(catalog: Catalog) -> None:
    """A definition's document appears with it, changes the index, and goes with it."""
    api = OpenApi(catalog)
    before = get(api, "/openapi/v3")[1]["etag"]
    catalog.add(Served(kinds_of({"metadata": {}, "status": {}, **WIDGETS})[0], None, {}, WIDGETS))
    assert get(api, "/openapi/v3")[1]["etag"] != before
    document = orjson.loads(get(api, "/openapi/v3/apis/example.com/v1")[2])
    assert "com.example.v1.Widget" in document["components"]["schemas"]
    swagger = orjson.loads(get(api, "/openapi/v2")[2])
    assert {"com.example.v1.Widget", "io.k8s.api.core.v1.Pod"} <= set(swagger["definitions"])
    catalog.remove("example.com", "widgets")
    assert get(api, "/openapi/v3/apis/example.com/v1")[0] == 404
    assert get(api, "/openapi/v3")[1]["etag"] == before


def test_forms_of_version_two(catalog: Catalog) -> None:
    """Version 2 is JSON or protobuf, as the client asks; nothing else."""
    api = OpenApi(catalog)
    assert get(api, "/openapi/v2")[1]["content-type"] == "application/json"
    status, headers, body = get(api, "/openapi/v2", accept=openapi_protobuf.MEDIA_TYPE)
    assert (status, headers["content-type"]) == (200, openapi_protobuf.MEDIA_TYPE)
    assert fields(body)[1] == [b"2.0"]
    with pytest.raises(StatusError) as caught:
        get(api, "/openapi/v2", accept="text/html")
    assert caught.value.code == 406


def fields(data: bytes) -> dict[int, list[Any]]:
    """A protobuf message's fields by number: integers and bytes."""
    found: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        value: Any
        if key & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        elif key & 7 == 1:
            value, at = data[at : at + 8], at + 8
        else:
            value, at = varint(data, at)
        found.setdefault(key >> 3, []).append(value)
    return found


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
        shift += 7


def test_protobuf_holds_the_definitions() -> None:
    """The protobuf form has each definition by its name, with its properties, types and extensions."""
    schema = {
        "type": "object",
        "description": "d",
        "required": ["a"],
        "properties": {
            "a": {"type": "array", "items": {"$ref": "#/definitions/X"}},
            "b": {"type": "integer", "maximum": 3},
        },
        "additionalProperties": False,
        "x-kubernetes-list-map-keys": ["k"],
    }
    document = fields(openapi_protobuf.document("t", "v", [{"paths": {}, "definitions": {"Y": schema}}]))
    named = fields(fields(document[9][0])[1][0])
    assert named[1] == [b"Y"]
    written = fields(named[2][0])
    assert (written[4], written[19], fields(written[22][0])[1]) == ([b"d"], [b"a"], [b"object"])
    assert fields(written[21][0]) == {2: [0]}
    extension = fields(written[31][0])
    assert extension[1] == [b"x-kubernetes-list-map-keys"] and fields(extension[2][0])[2] == [b"- k\n"]
    properties = [fields(entry) for entry in fields(written[25][0])[1]]
    items = fields(fields(properties[0][2][0])[23][0])[1][0]
    assert fields(items)[1] == [b"#/definitions/X"]


def test_parts_of_protobuf_can_be_joined() -> None:
    """Two parts in a row are one document: readers merge them."""
    one, two = ({"paths": {}, "definitions": {name: {}}} for name in "AB")
    joined = openapi_protobuf.document("t", "v", [one]) + openapi_protobuf.part(two)
    names = [fields(fields(part)[1][0])[1][0] for part in fields(joined)[9]]
    assert names == [b"A", b"B"]
