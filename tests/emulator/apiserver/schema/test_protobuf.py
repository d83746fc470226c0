"""Protobuf and back: nothing is lost, whatever JSON and protobuf call it."""

from __future__ import annotations

import pytest

from emulator.apiserver.registry.builtin.rows import RESOURCES
from emulator.apiserver.schema import protobuf
from emulator.apiserver.schema.protobuf.messages import message_name

RULE = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]}
SCHEMA = {
    "$schema": "x",
    "type": "object",
    "maxProperties": 3,
    "properties": {
        "a": {"type": "number", "maximum": 10, "multipleOf": 0.5, "default": 1, "enum": [1, 2.5, None]},
        "b": {"type": "array", "items": {"$ref": "y"}, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]},
        "c": {"type": "object", "additionalProperties": {"type": "string"}},
        "d": {"additionalProperties": False, "items": [{"type": "string"}], "dependencies": {"x": ["y"], "z": {"type": "null"}}},
        "e": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
        "f": {"x-kubernetes-validations": [{"rule": "true", "messageExpression": "'m'", "optionalOldSelf": False}]},
    },
}  # fmt: skip
OBJECTS = [
    {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "a", "labels": {"b": "c"}, "uid": "d", "creationTimestamp": "2020-01-02T03:04:05Z"},
        "webhooks": [{"name": "x.y.z", "rules": [RULE], "clientConfig": {"caBundle": "YQ==", "url": "https://a"}}],
    },
    {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "a"},
        "spec": {
            "matchConstraints": {"resourceRules": [{**RULE, "resourceNames": ["n"]}]},
            "validations": [{"expression": "true", "message": "m"}],
            "variables": [{"name": "v", "expression": "1"}],
        },
    },
    {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": "a"},
        "spec": {"mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[]"}}]},
    },
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "a"},
        "spec": {"parameters": {"apiGroup": "g", "kind": "K", "name": "n"}},
    },
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "a"},
        "spec": {
            "group": "g",
            "names": {"plural": "as", "kind": "A"},
            "scope": "Namespaced",
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": SCHEMA},
                    "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas"}},
                    "selectableFields": [{"jsonPath": ".spec.a"}],
                }
            ],
        },
    },
    {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "a"},
        "spec": {"group": "g", "service": {"name": "s", "port": 443}, "caBundle": "YQ==", "versionPriority": 15},
    },
    {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceClaim",
        "metadata": {"name": "a"},
        "spec": {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "c", "count": 1}}]}},
    },
    {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "a"},
        "spec": {"renewTime": "2020-01-02T03:04:05.000006Z", "leaseTransitions": -1},
    },
]


@pytest.mark.parametrize("obj", OBJECTS, ids=[str(obj["kind"]) for obj in OBJECTS])
def test_nothing_is_lost_on_the_way_to_protobuf_and_back(obj: dict) -> None:
    data = protobuf.encode(obj)
    assert data is not None
    assert protobuf.decode(data) == obj


def test_every_kind_has_a_message() -> None:
    assert [row for row in RESOURCES if message_name(row.api_version, row.kind) is None] == []
    lists = [row for row in RESOURCES if "list" in row.verbs]
    assert [row for row in lists if message_name(row.api_version, row.list_kind) is None] == []


NODE = b"k8s\0\n\n\n\x02v1\x12\x04Node\x12"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"k8s\0\xff",
        b"k8s\0\n\x03ab",
        NODE + b"\x02\x08\x01",  # a number where metadata has to be
        NODE + b"\x06\x0a\x04\x42\x02\x08\x01\xff",
        NODE + b"\x0e\x0a\x0c\x42\x0a\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f",  # a time after all years
    ],
)
def test_what_is_no_message_is_refused_as_that(data: bytes) -> None:
    with pytest.raises(protobuf.ProtobufError):
        protobuf.decode(data)
