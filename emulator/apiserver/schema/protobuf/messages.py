"""Kubernetes' protobuf messages: their fields by number, and which message a kind is.

Field numbers come from the published descriptors (``fixtures/kubernetes/protobuf.json``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import orjson

from emulator import fixtures
from emulator.apiserver.schema.kubernetes import definitions

MAGIC = b"k8s\x00"
META = "k8s.io.apimachinery.pkg.apis.meta.v1."
QUANTITY = "k8s.io.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "k8s.io.apimachinery.pkg.util.intstr.IntOrString"
EXTENSION = "k8s.io.apimachinery.pkg.runtime.RawExtension"
EXTENSIONS = "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1."
VARINTS = frozenset({"int32", "int64", "uint32", "uint64", "bool", "enum"})
_PACKAGES = {
    "": "k8s.io.api.core",
    "apiextensions.k8s.io": "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions",
    "apiregistration.k8s.io": "k8s.io.kube_aggregator.pkg.apis.apiregistration",
}
_META_KINDS = frozenset({
    "APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "DeleteOptions", "ListOptions", "PartialObjectMetadata",
    "PartialObjectMetadataList", "Status",
})  # fmt: skip
_WRAPPED_LISTS = frozenset({"ExtraValue"})
Fields = Mapping[str, tuple[str, str, bool]]


class ProtobufError(ValueError):
    """Bytes that are no Kubernetes protobuf message."""


@cache
def _table() -> Mapping[str, Fields]:
    loaded: Mapping[str, Fields] = orjson.loads(fixtures.path("kubernetes", "protobuf.json").read_bytes())
    return loaded


def message(name: str) -> Fields | None:
    """A message's fields by number: JSON name, type, whether it is repeated. None for an unknown message."""
    return _table().get(name)


@cache
def inlined(name: str) -> frozenset[str]:
    """The numbers of fields whose message JSON writes into the outer object: Go embeds the struct."""
    node = definitions().get("io." + name.replace("k8s.io.", "k8s.", 1).replace("_", "-"))
    properties = (node or {}).get("properties")
    if not properties:
        return frozenset()
    return frozenset(
        number
        for number, (json_name, kind, repeated) in _table()[name].items()
        if kind.startswith("k8s.io.") and not repeated and json_name not in properties
    )


def is_list(name: str) -> bool:
    """Whether a message only wraps a list: JSON writes the list itself."""
    return name.rpartition(".")[2] in _WRAPPED_LISTS


def message_name(api_version: str, kind: str) -> str | None:
    """The message of a kind; None when it has none (custom resources, Tables)."""
    if kind in _META_KINDS:
        return META + kind
    group, _, version = api_version.rpartition("/")
    package = _PACKAGES.get(group) or f"k8s.io.api.{group.partition('.')[0]}"
    name = f"{package}.{version}.{kind}"
    return name if name in _table() else None
