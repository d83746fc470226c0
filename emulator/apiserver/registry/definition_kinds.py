"""What a definition defines: a kind per version, with its shape, strategies and columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.apiserver.apimachinery.names import GroupVersionKind, version_rank
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.conversion import WebhookConverter
from emulator.apiserver.registry.custom_resource import CustomResourceStrategy, CustomShape, StatusStrategy
from emulator.apiserver.registry.definition_status import TERMINATING, is_true
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import ALL_VERBS, Resource, Subresource
from emulator.apiserver.registry.strategy import Strategy
from emulator.apiserver.schema.columns import cells, columns_of
from emulator.apiserver.schema.compiled import CompiledSchema
from emulator.apiserver.schema.jsonpath import JsonPath

_LAST_VERBS = ("delete", "deletecollection", "get", "list", "watch")  # of a resource whose definition is being deleted
_SUBRESOURCES = (
    Subresource("status", ("get", "patch", "update")),
    Subresource("scale", ("get", "patch", "update"), GroupVersionKind("autoscaling", "v1", "Scale")),
)


def kinds_of(crd: Object) -> list[Kind]:
    """A kind per version, the storage version's first."""
    versions = sorted(crd["spec"]["versions"], key=lambda version: not version.get("storage"))
    storage = versions[0]["name"]
    terminating = is_true(crd, TERMINATING)
    # the values are kept beside the stored object, whatever version a selector comes in
    selectable = {path.lstrip("."): JsonPath(path) for version in versions for path in _selectable(version)}
    return [_kind(crd["spec"], version, storage, selectable, terminating=terminating) for version in versions]


def _selectable(version: Object) -> list[str]:
    return [item["jsonPath"] for item in version.get("selectableFields") or ()]


def _kind(
    spec: Object, version: Object, storage: str, selectable: Mapping[str, JsonPath], *, terminating: bool
) -> Kind:
    given: Mapping[str, Any] = version.get("subresources") or {}
    schema = CompiledSchema(
        (version.get("schema") or {}).get("openAPIV3Schema"),
        preserve_unknown=bool(spec.get("preserveUnknownFields")),
        scale=given.get("scale"),
    )
    resource = _resource(spec, version, storage, terminating=terminating)
    main = CustomResourceStrategy(schema, status="status" in given, selectable=selectable, terminating=terminating)
    strategies: dict[str, Strategy] = {"scale": main}
    if "status" in given:
        strategies["status"] = StatusStrategy(schema, selectable)
    columns = resource.columns
    kind = Kind(resource, CustomShape(schema), main, lambda obj, now: cells(columns, obj, now), strategies)
    conversion = spec.get("conversion") or {}
    if conversion.get("strategy") == "Webhook":
        kind.converter, kind.asks = WebhookConverter(conversion, resource.api_version, resource.kind), True
    return kind


def _resource(spec: Object, version: Object, storage: str, *, terminating: bool) -> Resource:
    names, given = spec["names"], version.get("subresources") or {}
    return Resource(
        group=spec["group"],
        version=version["name"],
        plural=names["plural"],
        kind=names["kind"],
        namespaced=spec["scope"] == "Namespaced",
        singular=names.get("singular") or names["kind"].lower(),
        list_kind=names.get("listKind") or f"{names['kind']}List",
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        verbs=_LAST_VERBS if terminating else ALL_VERBS,
        subresources=tuple(sub for sub in _SUBRESOURCES if sub.name in given),
        columns=columns_of(version),
        selectable_fields=tuple(path.lstrip(".") for path in _selectable(version)),
        custom=True,
        deprecation=_deprecation(spec, version),
        storage_version=storage,
    )


def _deprecation(spec: Object, version: Object) -> str:
    """The warning about a deprecated version: its own, or one that points to the best version that is not."""
    if not version.get("deprecated"):
        return ""
    if version.get("deprecationWarning") is not None:
        return str(version["deprecationWarning"])
    group, kind = spec["group"], spec["names"]["kind"]
    newer = [
        other["name"]
        for other in spec["versions"]
        if other.get("served")
        and not other.get("deprecated")
        and version_rank(other["name"]) > version_rank(version["name"])
    ]
    text = f"{group}/{version['name']} {kind} is deprecated"
    return f"{text}; use {group}/{max(newer, key=version_rank)} {kind}" if newer else text
