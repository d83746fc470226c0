"""Clients that speak protobuf only: bodies, metadata, watches."""

from __future__ import annotations

import struct
from typing import Any

import httpx

from emulator.apiserver.schema import protobuf

PROTOBUF = "application/vnd.kubernetes.protobuf"
PARTIAL = f"{PROTOBUF};as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


def _post(client: httpx.Client, path: str, obj: dict[str, Any]) -> dict[str, Any]:
    data = protobuf.encode(obj)
    assert data is not None
    answer = client.post(path, content=data, headers={"Content-Type": PROTOBUF, "Accept": PROTOBUF})
    assert answer.status_code == 201, answer.content
    assert answer.headers["Content-Type"] == PROTOBUF
    return protobuf.decode(answer.content)


def _definition(group: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "additionalProperties": {"type": "string"}}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "gears", "singular": "gear", "kind": "Gear", "listKind": "GearList"}
    spec = {"group": group, "scope": "Namespaced", "names": names, "versions": [version]}
    meta = {"name": f"gears.{group}"}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": meta, "spec": spec}


def _frames(answer: httpx.Response) -> list[bytes]:
    """The events of a finished watch."""
    data, frames = answer.content, []
    while data:
        (size,) = struct.unpack(">I", data[:4])
        frames.append(data[4 : 4 + size])
        data = data[4 + size :]
    return frames


def test_a_definition_and_the_metadata_of_its_objects(plane, namespace: str) -> None:
    group = f"{namespace}.example.com"
    objects = f"/apis/{group}/v1/namespaces/{namespace}/gears"
    with plane.client() as client:
        made = _post(client, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", _definition(group))
        assert made["spec"]["versions"][0]["schema"] == _definition(group)["spec"]["versions"][0]["schema"]
        gear = {"apiVersion": f"{group}/v1", "kind": "Gear", "metadata": {"name": "a"}, "spec": {"b": "c"}}
        assert client.post(objects, json=gear).status_code == 201
        metadata = client.get(f"{objects}/a", headers={"Accept": PARTIAL})
        assert protobuf.decode(metadata.content)["metadata"]["name"] == "a"
        assert client.get(f"{objects}/a", headers={"Accept": PROTOBUF}).status_code == 406
        client.delete(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gears.{group}")


def test_a_watch(plane, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    with plane.client() as client:
        start = client.get(path).json()["metadata"]["resourceVersion"]
        _post(client, path, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": "c"}})
        query = {"watch": "1", "resourceVersion": start, "timeoutSeconds": "1", "fieldSelector": "metadata.name=a"}
        whole = client.get(path, params=query, headers={"Accept": PROTOBUF})
        assert whole.headers["Content-Type"] == f"{PROTOBUF};stream=watch"
        (added,) = _frames(whole)
        assert added.startswith(b"\n\x05ADDED")
        assert protobuf.decode(added[added.index(b"k8s\0") :])["data"] == {"b": "c"}
        (partial,) = _frames(client.get(path, params=query, headers={"Accept": PARTIAL}))
        assert "data" not in protobuf.decode(partial[partial.index(b"k8s\0") :])
        listed = client.get(path, headers={"Accept": PARTIAL.replace("Metadata;", "MetadataList;")})
        assert "a" in [item["metadata"]["name"] for item in protobuf.decode(listed.content)["items"]]
