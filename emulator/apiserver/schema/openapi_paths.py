"""The paths of a resource in OpenAPI: one operation per verb.

Source of the rules: k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder, k8s.io/apiserver/pkg/endpoints/openapi.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

from emulator.apiserver.apimachinery.objects import Object

_JSON_YAML = ("application/json", "application/yaml")
_PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml")
_STRATEGIC = "application/strategic-merge-patch+json"
_META_V1 = "io.k8s.apimachinery.pkg.apis.meta.v1."
_SCALE = "io.k8s.api.autoscaling.v1.Scale"
_OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "get": (("resourceVersion", "string"),),
    "list": (
        ("allowWatchBookmarks", "boolean"),
        ("continue", "string"),
        ("fieldSelector", "string"),
        ("labelSelector", "string"),
        ("limit", "integer"),
        ("resourceVersion", "string"),
        ("resourceVersionMatch", "string"),
        ("sendInitialEvents", "boolean"),
        ("timeoutSeconds", "integer"),
        ("watch", "boolean"),
    ),
    "put": (("dryRun", "string"), ("fieldManager", "string"), ("fieldValidation", "string")),
    "patch": (("dryRun", "string"), ("fieldManager", "string"), ("fieldValidation", "string"), ("force", "boolean")),
    "delete": (
        ("dryRun", "string"),
        ("gracePeriodSeconds", "integer"),
        ("ignoreStoreReadErrorWithClusterBreakingPotential", "boolean"),
        ("orphanDependents", "boolean"),
        ("propagationPolicy", "string"),
    ),
}
_OPTIONS["deletecollection"] = _OPTIONS["list"]
_OPTIONS["post"] = _OPTIONS["put"]


class Described(Protocol):
    """What the paths need to know of a publication."""

    group: str
    version: str
    kind: str
    list_kind: str
    plural: str
    namespaced: bool
    subresources: Mapping[str, Any]
    verbs: Collection[str]
    strategic: bool  # whether it takes strategic merge patches

    @property
    def name(self) -> str:
        """The name of the kind's schema."""
        ...

    @property
    def list_name(self) -> str:
        """The name of the list's schema."""
        ...

    def gvk(self, kind: str) -> Object:
        """The extension that says which kind an operation is about."""
        ...


class _Route(NamedTuple):
    method: str
    action: str
    verb: str  # as descriptions and operation ids name it
    answer: str  # the schema of the answer
    body: str = ""  # the schema of the request


def paths(of: Described, prefix: str) -> dict[str, Object]:
    """Every path of a resource, with its operations."""
    root = f"/apis/{of.group}/{of.version}" if of.group else f"/api/{of.version}"
    result: dict[str, Object] = {}
    listing = _Route("get", "list", "list", of.list_name)
    collection = f"{root}/{of.plural}"
    if of.namespaced and "list" in of.verbs:
        result[collection] = _item(of, collection, [listing], prefix, suffix="ForAllNamespaces")
    if of.namespaced:
        collection = f"{root}/namespaces/{{namespace}}/{of.plural}"
    creation = _Route("post", "post", "create", of.name, of.name)
    sweep = _Route("delete", "deletecollection", "deletecollection", f"{_META_V1}Status")
    routes = [route for route in (listing, creation, sweep) if route.verb in of.verbs]
    result[collection] = _item(of, collection, routes, prefix)
    if "get" not in of.verbs:
        return result
    one = f"{collection}/{{name}}"
    deletion = _Route("delete", "delete", "delete", f"{_META_V1}Status", f"{_META_V1}DeleteOptions")
    result[one] = _item(of, one, [*_access(of.name), deletion], prefix)
    for sub, schema in (("status", of.name), ("scale", _SCALE)):
        if sub in of.subresources:
            result[f"{one}/{sub}"] = _item(of, f"{one}/{sub}", _access(schema), prefix, sub=sub)
    return result


def _access(schema: str) -> list[_Route]:
    return [
        _Route("get", "get", "read", schema),
        _Route("put", "put", "replace", schema, schema),
        _Route("patch", "patch", "patch", schema, f"{_META_V1}Patch"),
    ]


def _item(of: Described, path: str, routes: list[_Route], prefix: str, *, sub: str = "", suffix: str = "") -> Object:
    v2 = prefix.startswith("#/definitions")
    parameters = [_parameter("pretty", "query", "string", v2=v2)]
    for token in ("namespace", "name"):
        if f"{{{token}}}" in path:
            parameters.append(_parameter(token, "path", "string", v2=v2))
    item: Object = {"parameters": parameters}
    for route in routes:
        item[route.method] = _operation(of, route, prefix, sub, suffix, v2=v2)
    return item


def _operation(of: Described, route: _Route, prefix: str, sub: str, suffix: str, *, v2: bool) -> Object:
    group = of.group.removesuffix(".k8s.io") or "core"
    scope = "Namespaced" if of.namespaced and not suffix else ""
    rest = f"{scope}{of.kind}{sub.title()}{suffix}"
    verb = "deleteCollection" if route.verb == "deletecollection" else route.verb
    operation: Object = {
        "tags": [f"{_camel(group, first=False)}_{_camel(of.version, first=False)}"],
        "description": _description(of, route.verb, sub),
        "operationId": f"{verb}{_camel(group)}{_camel(of.version)}{rest}",
        "parameters": [_parameter(name, "query", sort, v2=v2) for name, sort in _OPTIONS[route.action]],
        "x-kubernetes-action": route.action,
        "x-kubernetes-group-version-kind": of.gvk(of.kind),
    }
    codes = {"200": "OK"}
    if route.action in ("post", "put"):
        codes["201"] = "Created"
    if route.action in ("post", "delete"):
        codes["202"] = "Accepted"
    patches = (*_PATCHES, _STRATEGIC) if of.strategic else _PATCHES
    media = patches if route.action == "patch" else _JSON_YAML
    if v2:
        operation["consumes"], operation["produces"] = list(media), list(_JSON_YAML)
        if route.body:
            body = {"name": "body", "in": "body", "schema": {"$ref": prefix + route.body}}
            operation["parameters"].insert(0, body if route.action == "delete" else {**body, "required": True})
    elif route.body:
        operation["requestBody"] = {"content": _content(media, prefix + route.body)}
    operation["responses"] = {
        code: {"description": word, **_answer(prefix + route.answer, v2=v2)} for code, word in codes.items()
    }
    operation["responses"]["401"] = {"description": "Unauthorized"}
    return operation


def _answer(target: str, *, v2: bool) -> Object:
    return {"schema": {"$ref": target}} if v2 else {"content": _content(_JSON_YAML, target)}


def _content(media: tuple[str, ...], target: str) -> Object:
    return {name: {"schema": {"$ref": target}} for name in media}


def _parameter(name: str, where: str, sort: str, *, v2: bool) -> Object:
    result: Object = {"name": name, "in": where}
    if where == "path":
        result["required"] = True
    typed = {"type": sort, "uniqueItems": True}
    return {**result, **typed} if v2 else {**result, "schema": typed}


def _description(of: Described, verb: str, sub: str) -> str:
    part = f" {sub} of" if sub else ""
    if verb == "deletecollection":
        return f"delete collection of {of.kind}"
    if verb == "list":
        return f"list objects of kind {of.kind}"
    if verb in ("create", "delete"):
        article = "an" if of.kind[:1].lower() in "aeiou" else "a"
        return f"{verb}{part} {article} {of.kind}"
    word = "partially update" if verb == "patch" else verb
    return f"{word}{part} the specified {of.kind}"


def _camel(text: str, *, first: bool = True) -> str:
    """``michelangelo.api`` as ``MichelangeloApi``; without *first* as ``michelangeloApi``."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", text) if part]
    joined = "".join(part[:1].upper() + part[1:] for part in parts)
    return joined if first else joined[:1].lower() + joined[1:]
