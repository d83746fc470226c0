"""A version of a definition as OpenAPI, so that ``kubectl explain`` and client-side validation know the kind.

Version 3 keeps the schema as it is; version 2 leaves out what Swagger 2 clients cannot read. ``ObjectMeta`` and the other shared
schemas are the built-in kinds': who calls passes them in.
Source of the rules: k8s.io/apiextensions-apiserver/pkg/controller/openapi/{builder,v2}.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.definition_schema import unsupported_keyword
from emulator.apiserver.schema.definition_structure import validate_structure
from emulator.apiserver.schema.openapi_paths import paths

V2, V3 = "#/definitions/", "#/components/schemas/"

_META_V1 = "io.k8s.apimachinery.pkg.apis.meta.v1."
_CONVENTIONS = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md"
_API_VERSION = (
    "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the "
    f"latest internal value, and may reject unrecognized values. More info: {_CONVENTIONS}#resources"
)
_KIND = (
    "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the "
    f"client submits requests to. Cannot be updated. In CamelCase. More info: {_CONVENTIONS}#types-kinds"
)
_EMBEDDED_API_VERSION = (
    f"apiVersion defines the versioned schema of this representation of an object. More info: {_CONVENTIONS}#resources"
)
_EMBEDDED_KIND = (
    f"kind is a string value representing the type of this object. In CamelCase. More info: {_CONVENTIONS}#types-kinds"
)
_METADATA = f"Standard object's metadata. More info: {_CONVENTIONS}#metadata"
_LIST_METADATA = f"Standard list metadata. More info: {_CONVENTIONS}#types-kinds"
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_JUNCTORS = ("allOf", "anyOf", "oneOf", "not")
_UNSTRUCTURAL = ("$schema", "id", "example", "externalDocs")
_SHARED = tuple(_META_V1 + name for name in ("ObjectMeta", "ListMeta", "Status", "Patch", "DeleteOptions"))
_SCALE = "io.k8s.api.autoscaling.v1.Scale"


class Publication:
    """One version of a definition, ready to be published."""

    verbs: Collection[str] = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
    strategic = False

    def __init__(self, crd: Object, version: Object) -> None:
        spec = crd["spec"]
        names = spec["names"]
        self.group: str = spec["group"]
        self.version: str = version["name"]
        self.kind: str = names["kind"]
        self.list_kind: str = names.get("listKind") or f"{self.kind}List"
        self.plural: str = names["plural"]
        self.namespaced = spec.get("scope") == "Namespaced"
        self.subresources: Mapping[str, Any] = version.get("subresources") or {}
        self.preserve = bool(spec.get("preserveUnknownFields"))
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        readable = isinstance(schema, dict) and not unsupported_keyword(schema) and not validate_structure(schema, "")
        self.schema: Object | None = schema if readable else None

    @property
    def name(self) -> str:
        """The name of the kind's schema: ``api.michelangelo.v2.Model``."""
        return definition_name(self.group, self.version, self.kind)

    @property
    def list_name(self) -> str:
        """The name of the list's schema."""
        return definition_name(self.group, self.version, self.list_kind)

    def schemas(self, prefix: str) -> dict[str, Object]:
        """The schemas of the kind and of its list; *prefix* is ``V2`` or ``V3``."""
        return {self.name: self._kind_schema(prefix), self.list_name: self._list_schema(prefix)}

    def document(self, shared: Mapping[str, Object]) -> Object:
        """The OpenAPI v3 document, with those of the *shared* schemas (by name) that it speaks of."""
        schemas = self.schemas(V3)
        wanted = [*_SHARED, _SCALE] if "scale" in self.subresources else list(_SHARED)
        while wanted:
            name = wanted.pop()
            if name in shared and name not in schemas:
                schemas[name] = shared[name]
                wanted.extend(_references(shared[name]))
        return {
            "openapi": "3.0.0",
            "info": {"title": "Kubernetes CRD Swagger", "version": "v0.1.0"},
            "paths": paths(self, V3),
            "components": {"schemas": {name: schemas[name] for name in sorted(schemas)}},
        }

    def swagger(self) -> Object:
        """What a Swagger 2 document gains: its ``definitions`` and ``paths``."""
        return {"definitions": self.schemas(V2), "paths": paths(self, V2)}

    def _kind_schema(self, prefix: str) -> Object:
        schema = self.schema
        swagger = prefix == V2
        if schema is None or (swagger and (self.preserve or schema.get("x-kubernetes-preserve-unknown-fields"))):
            result: Object = {"type": "object"}
        else:
            result = _published(schema, prefix)
            _embed(result, prefix)
            properties = result.setdefault("properties", {})
            properties["apiVersion"] = {"description": _API_VERSION, "type": "string"}
            properties["kind"] = {"description": _KIND, "type": "string"}
            properties["metadata"] = reference(f"{_META_V1}ObjectMeta", prefix, _METADATA)
        result["x-kubernetes-group-version-kind"] = [self.gvk(self.kind)]
        return result

    def _list_schema(self, prefix: str) -> Object:
        items = f"List of {self.plural}. More info: {_CONVENTIONS}"
        return {
            "description": f"{self.list_kind} is a list of {self.kind}",
            "type": "object",
            "required": ["items"],
            "properties": {
                "apiVersion": {"description": _API_VERSION, "type": "string"},
                "items": {"description": items, "type": "array", "items": reference(self.name, prefix)},
                "kind": {"description": _KIND, "type": "string"},
                "metadata": reference(f"{_META_V1}ListMeta", prefix, _LIST_METADATA),
            },
            "x-kubernetes-group-version-kind": [self.gvk(self.list_kind)],
        }

    def gvk(self, kind: str) -> Object:
        """The extension that says which kind something is about."""
        return {"group": self.group, "kind": kind, "version": self.version}


def definition_name(group: str, version: str, kind: str) -> str:
    """The name under which a kind's schema is published: the group's domain backwards, version, kind."""
    return ".".join([*reversed(group.split(".")), version, kind])


def reference(name: str, prefix: str, description: str = "") -> Object:
    """A reference to another schema; with a description OpenAPI 3 needs it inside allOf."""
    target = {"$ref": prefix + name}
    if not description:
        return target
    return {"description": description, **target} if prefix == V2 else {"allOf": [target], "description": description}


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "$ref" and isinstance(value, str):
                yield value.rsplit("/", 1)[-1]
            else:
                yield from _references(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)


def _published(schema: Object, prefix: str) -> Object:
    """A structural schema as clients see it."""
    result = {name: value for name, value in schema.items() if name not in _UNSTRUCTURAL and value is not None}
    if result.get("x-kubernetes-int-or-string") and "anyOf" not in result and not _says_int_or_string(result):
        result["anyOf"] = _INT_OR_STRING
    if isinstance(result.get("properties"), dict):
        result["properties"] = {name: _published(sub, prefix) for name, sub in result["properties"].items()}
    for name in ("items", "additionalProperties"):
        if isinstance(result.get(name), dict):
            result[name] = _published(result[name], prefix)
    return _simplified(result, schema) if prefix == V2 else result


def _says_int_or_string(schema: Object) -> bool:
    return bool(schema.get("allOf")) and schema["allOf"][0].get("anyOf") == _INT_OR_STRING


def _simplified(result: Object, schema: Object) -> Object:
    """Without what Swagger 2, or kubectl reading it, does not cope with."""
    for name in _JUNCTORS:
        result.pop(name, None)
    open_ended = bool(result.get("x-kubernetes-preserve-unknown-fields"))
    if result.pop("nullable", False):
        result.pop("type", None)
        open_ended = True
    if open_ended:
        result.pop("items", None)
        result.pop("properties", None)
        if result.get("type") in ("object", "array"):
            del result["type"]
    nullable = {name for name, sub in (schema.get("properties") or {}).items() if sub.get("nullable")}
    additional = schema.get("additionalProperties")
    if isinstance(additional, dict) and additional.get("nullable"):
        result.pop("required", None)
    if nullable & set(result.get("required") or ()):
        result["required"] = [name for name in result["required"] if name not in nullable]
        if not result["required"]:
            del result["required"]
    return result


def _embed(schema: Object, prefix: str) -> None:
    """Give embedded resources the fields that every object has."""
    below = [*(schema.get("properties") or {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for sub in below:
        if isinstance(sub, dict):
            _embed(sub, prefix)
    if prefix == V2 and schema.get("x-kubernetes-preserve-unknown-fields"):
        return
    if schema.get("x-kubernetes-embedded-resource"):
        properties = schema.setdefault("properties", {})
        properties["apiVersion"] = {"description": _EMBEDDED_API_VERSION, "type": "string"}
        properties["kind"] = {"description": _EMBEDDED_KIND, "type": "string"}
        properties["metadata"] = reference(f"{_META_V1}ObjectMeta", prefix, _METADATA)
        required = list(schema.get("required") or ())
        schema["required"] = required + [name for name in ("kind", "apiVersion") if name not in required]
