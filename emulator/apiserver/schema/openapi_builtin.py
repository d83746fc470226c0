"""Built-in kinds as OpenAPI: schemas with their descriptions, and paths."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.kubernetes import (
    INT_OR_STRING,
    QUANTITY,
    REFERENCE,
    definitions,
    descriptions,
    names_by_kind,
)
from emulator.apiserver.schema.openapi import V2

_V2_SCALARS: Mapping[str, Object] = {
    INT_OR_STRING: {"type": "string", "format": "int-or-string"},
    QUANTITY: {"type": "string"},
}
_V3_SCALARS: Mapping[str, Object] = {
    INT_OR_STRING: {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
    QUANTITY: {"oneOf": [{"type": "string"}, {"type": "number"}]},
}


class BuiltinSchemas(Mapping[str, Object]):
    """The schemas of all built-in types by name, made as they are asked for. *prefix* is ``V2`` or ``V3``."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._scalars = _V2_SCALARS if prefix == V2 else _V3_SCALARS

    def __getitem__(self, name: str) -> Object:
        node = self._scalars.get(name) or definitions()[name]
        texts = descriptions().get(name) or {}
        result = {key: value for key, value in node.items() if key != "properties"}
        if texts.get(""):
            result["description"] = texts[""]
        if "properties" in node:
            result["properties"] = {
                field: self._described(child, texts.get(field, "")) for field, child in node["properties"].items()
            }
        return result

    def __iter__(self) -> Iterator[str]:
        return iter(definitions())

    def __len__(self) -> int:
        return len(definitions())

    def _described(self, node: Object, text: str) -> Object:
        """A field's schema; OpenAPI 3 allows nothing beside a ``$ref``, so it goes into allOf."""
        result = self._referring(node)
        if "$ref" in result and self._prefix != V2:
            result = {"allOf": [{"$ref": result.pop("$ref")}], **result}
        return {"description": text, **result} if text else result

    def _referring(self, node: Object) -> Object:
        result = dict(node)
        if "$ref" in result:
            result["$ref"] = self._prefix + result["$ref"].removeprefix(REFERENCE)
        for name in ("items", "additionalProperties"):
            if isinstance(result.get(name), dict):
                result[name] = self._referring(result[name])
        return result


class BuiltinPublication:
    """One built-in resource in one version, as ``openapi_paths`` wants it described."""

    strategic = True

    def __init__(
        self,
        gvk: GroupVersionKind,
        list_kind: str,
        plural: str,
        *,
        namespaced: bool,
        verbs: Collection[str],
        subresources: Iterable[str],
    ) -> None:
        self.group, self.version, self.kind = gvk
        self.list_kind = list_kind
        self.plural = plural
        self.namespaced = namespaced
        self.verbs = verbs
        self.subresources: Mapping[str, Any] = {name: {} for name in subresources}

    @property
    def name(self) -> str:
        """The name of the kind's schema."""
        return names_by_kind()[GroupVersionKind(self.group, self.version, self.kind)]

    @property
    def list_name(self) -> str:
        """The name of the list's schema."""
        return names_by_kind().get(GroupVersionKind(self.group, self.version, self.list_kind), "")

    def gvk(self, kind: str) -> Object:
        """The extension that says which kind something is about."""
        return {"group": self.group, "kind": kind, "version": self.version}


def with_references(names: Iterable[str], schemas: Mapping[str, Object]) -> dict[str, Object]:
    """The schemas of these names, and of everything they speak of."""
    found: dict[str, Object] = {}
    wanted = list(names)
    while wanted:
        name = wanted.pop()
        if name and name not in found and name in schemas:
            found[name] = schemas[name]
            wanted.extend(_referred(found[name]))
    return found


def _referred(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value.rpartition("/")[2]
            elif isinstance(value, (dict, list)):
                yield from _referred(value)
    elif isinstance(node, list):
        for item in node:
            yield from _referred(item)
