"""What is served, for clients: /api, /apis, each group and version, and the aggregated form of both (KEP-3352)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.endpoints.negotiation import Form, negotiate, parse_accept
from emulator.apiserver.endpoints.presentation import render
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.endpoints.scope import missing, not_allowed
from emulator.apiserver.registry.catalog import Catalog
from emulator.apiserver.registry.resource import Resource, Subresource

AGGREGATED = "APIGroupDiscoveryList"
AGGREGATED_GROUP = "apidiscovery.k8s.io"
CUSTOM_VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")
# Built-in resources whose hash is made from another group or version than the one they are served in.
_HASHED_AS = {
    ("apiextensions.k8s.io", "customresourcedefinitions"): ("apiextensions.k8s.io", "v1beta1"),
    ("autoscaling", "horizontalpodautoscalers"): ("autoscaling", "v2"),
    ("events.k8s.io", "events"): ("", "v1"),
}
_STAGES = {"alpha": 0, "beta": 1, None: 2}


def storage_version_hash(group: str, version: str, kind: str) -> str:
    """How clients notice that a resource is stored in another version."""
    digest = hashlib.sha256(f"{group}/{version}/{kind}".encode()).digest()
    return base64.b64encode(digest[:8]).decode()


def version_priority(version: str) -> tuple[int, int, int, str]:
    """Sort key of versions, best first: GA before beta before alpha, newer before older, the rest by name."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return (1, 0, 0, version)
    major, stage, minor = match.groups()
    return (0, -_STAGES[stage], -int(major) * 10_000 - int(minor or 0), version)


class Discovery:
    """The discovery documents; built once per change of the catalog."""

    def __init__(self, catalog: Catalog, address: Callable[[], str]) -> None:
        self.catalog = catalog
        self._address = address

    async def answer(self, request: Request) -> bool:
        """Answer the request if it is for a discovery document. Raises StatusError: 404, 406."""
        parts = [part for part in request.path.split("/") if part]
        if not parts or parts[0] not in ("api", "apis") or len(parts) > (2 if parts[0] == "api" else 3):
            return False
        if request.path.startswith("//"):
            return False
        if len(parts) == 1:
            _check_method(request)
            await self._root(request, parts[0])
            return True
        document = self._document(parts)
        if document is None:
            if parts[0] == "api" or self._builtin(parts[1]):
                raise missing()
            return False
        _check_method(request)
        await self._send(request, document)
        return True

    def _builtin(self, group: str) -> bool:
        return any(resource.group == group and not resource.custom for resource in self.catalog.resources())

    async def _root(self, request: Request, prefix: str) -> None:
        wanted = _wants_aggregated(request.header(b"accept"))
        if wanted is not None:
            document = self._cached(("aggregated", prefix, wanted), lambda: self._aggregated(prefix, wanted))
            content = f"application/json;g={AGGREGATED_GROUP};v={wanted};as={AGGREGATED}".encode()
            headers = ((b"vary", b"Accept"),)
            await request.answer(200, render(document, Form(), False), content, headers)
            return
        await self._send(request, self._versions() if prefix == "api" else self._groups())

    async def _send(self, request: Request, document: Object) -> None:
        form = negotiate(request.header(b"accept"), False, False, True)
        await request.answer(200, render(document, form, False), form.content_type)

    def _cached(self, key: tuple[str, ...], build: Callable[[], Object]) -> Object:
        document: Object | None = self.catalog.notes.get(key)
        if document is None:
            document = self.catalog.notes[key] = build()
        return document

    # Unaggregated

    def _versions(self) -> Object:
        address = self._address().partition("://")[2]
        return {
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
        }

    def _groups(self) -> Object:
        def build() -> Object:
            groups = [_group(name, versions) for name, versions in self._by_group().items() if name]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}

        return self._cached(("groups",), build)

    def _by_group(self) -> dict[str, dict[str, list[Resource]]]:
        """Resources by group and version, best version first; custom groups after the built-in ones, by name."""
        found: dict[str, dict[str, list[Resource]]] = {}
        builtin = [resource for resource in self.catalog.resources() if not resource.custom]
        custom = sorted((resource for resource in self.catalog.resources() if resource.custom), key=_custom_order)
        for resource in (*builtin, *custom):
            found.setdefault(resource.group, {}).setdefault(resource.version, []).append(resource)
        return {
            group: dict(sorted(versions.items(), key=lambda item: version_priority(item[0])))
            for group, versions in found.items()
        }

    def _document(self, parts: list[str]) -> Object | None:
        group, version = ("", parts[1]) if parts[0] == "api" else (parts[1], parts[2] if len(parts) > 2 else "")
        versions = self._by_group().get(group)
        if versions is None:
            return None
        if parts[0] == "apis" and not version:
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, versions)}
        resources = versions.get(version)
        if resources is None:
            return None
        name = f"{group}/{version}" if group else version
        items = [item for resource in resources for item in _resource_items(resource)]
        document: Object = {"kind": "APIResourceList", "groupVersion": name, "resources": items}
        if group:
            document["apiVersion"] = "v1"
        return document

    # Aggregated

    def _aggregated(self, prefix: str, version: str) -> Object:
        items = []
        for group, versions in self._by_group().items():
            if bool(group) == (prefix == "api"):
                continue
            shown = [
                {
                    "version": name,
                    "resources": [_aggregated_resource(resource) for resource in resources],
                    "freshness": "Current",
                }
                for name, resources in versions.items()
            ]
            items.append({"metadata": {"name": group} if group else {}, "versions": shown})
        return {"kind": AGGREGATED, "apiVersion": f"{AGGREGATED_GROUP}/{version}", "metadata": {}, "items": items}


def _check_method(request: Request) -> None:
    if request.method != "GET":
        raise not_allowed()


def _custom_order(resource: Resource) -> tuple[str, str]:
    return (resource.group, resource.plural)


def _wants_aggregated(accept: str) -> str | None:
    """The version of the aggregated form that a client asks for before any other it would take; else None."""
    for clause in parse_accept(accept) if accept else ():
        if clause.parameter("as") == AGGREGATED and clause.parameter("g") == AGGREGATED_GROUP:
            version = clause.parameter("v")
            if version in ("v2", "v2beta1") and clause.media_type == "application/json":
                return version
        elif not clause.parameter("as") and clause.media_type in ("application/json", "application/yaml", "*/*"):
            return None
    return None


def _group(name: str, versions: dict[str, list[Resource]]) -> Object:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def _verbs(resource: Resource) -> list[str]:
    return CUSTOM_VERBS if resource.custom else list(resource.verbs)


def _resource_items(resource: Resource) -> list[Object]:
    item: Object = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": _verbs(resource),
    }
    if resource.short_names:
        item["shortNames"] = list(resource.short_names)
    if resource.categories:
        item["categories"] = list(resource.categories)
    if "get" in resource.verbs:
        stored = (resource.group, resource.storage_version)
        group, version = stored if resource.custom else _HASHED_AS.get((resource.group, resource.plural), stored)
        item["storageVersionHash"] = storage_version_hash(group, version, resource.kind)
    return [item, *(_subresource_item(resource, subresource) for subresource in resource.subresources)]


def _subresource_item(resource: Resource, subresource: Subresource) -> Object:
    item: Object = {
        "name": f"{resource.plural}/{subresource.name}",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": subresource.kind.kind if subresource.kind else resource.kind,
        "verbs": list(subresource.verbs),
    }
    kind = subresource.kind
    if kind is not None and (kind.group, kind.version) != (resource.group, resource.version):
        item["group"], item["version"] = kind.group, kind.version
        if not kind.group:
            del item["group"]
    return item


def _aggregated_resource(resource: Resource) -> Object:
    item: Object = {
        "resource": resource.plural,
        "responseKind": _response_kind(resource, None),
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": _verbs(resource),
    }
    if resource.short_names:
        item["shortNames"] = list(resource.short_names)
    if resource.categories:
        item["categories"] = list(resource.categories)
    if resource.subresources:
        item["subresources"] = [
            {
                "subresource": subresource.name,
                "responseKind": _response_kind(resource, subresource),
                "verbs": list(subresource.verbs),
            }
            for subresource in resource.subresources
        ]
    return item


def _response_kind(resource: Resource, subresource: Subresource | None) -> Object:
    """The kind; a built-in resource's own is written without its version, as the real server leaves it."""
    if subresource is not None and subresource.kind is not None:
        kind = subresource.kind
        return {"group": kind.group, "version": kind.version, "kind": kind.kind}
    if resource.custom:
        return {"group": resource.group, "version": resource.version, "kind": resource.kind}
    return {"group": "", "version": "", "kind": resource.kind}
