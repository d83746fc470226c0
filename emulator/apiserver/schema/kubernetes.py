"""The published OpenAPI definitions of Kubernetes' own kinds, read when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import orjson

from emulator import fixtures
from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.apimachinery.objects import Object

REFERENCE = "#/definitions/"
META = "io.k8s.apimachinery.pkg.apis.meta.v1."
OBJECT_META = META + "ObjectMeta"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
# How merging sees the two types that are written as strings or as numbers.
_SCALAR: Object = {"type": "string", "format": "int-or-string"}


@cache
def definitions() -> Mapping[str, Object]:
    """Every definition by its full name, without descriptions."""
    loaded: dict[str, Object] = orjson.loads(fixtures.path("kubernetes", "types.json").read_bytes())
    return loaded


@cache
def descriptions() -> Mapping[str, Mapping[str, str]]:
    """What each definition (empty key) and its fields mean, by the definition's full name."""
    loaded: dict[str, dict[str, str]] = orjson.loads(fixtures.path("kubernetes", "descriptions.json").read_bytes())
    return loaded


def resolve(reference: str) -> Object:
    """The node that a ``$ref`` names."""
    name = reference.removeprefix(REFERENCE)
    return _SCALAR if name in (INT_OR_STRING, QUANTITY) else definitions()[name]


@cache
def names_by_kind() -> Mapping[GroupVersionKind, str]:
    """Definition names by group, version and kind."""
    return {
        GroupVersionKind(entry["group"], entry["version"], entry["kind"]): name
        for name, node in definitions().items()
        for entry in node.get("x-kubernetes-group-version-kind") or ()
    }
