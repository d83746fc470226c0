"""Embedded resources (``x-kubernetes-embedded-resource``): their type and metadata are read and checked as an object's own.

Source of the rules: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta.
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.metadata import coerce_metadata, dns1035_label, path_segment, validate_metadata
from emulator.apiserver.apimachinery.names import GroupVersion
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.structural import Node

_PLACEHOLDER = "fakename"  # an embedded object needs no name


def coerce_embedded(value: Any, node: Node, path: str = "") -> list[str]:
    """Read the metadata of embedded resources as ObjectMeta, in place; returns the paths of unknown fields, sorted.

    Raises ValueError when one cannot be read.
    """
    unknown: list[str] = []
    _coerce(value, node, path, unknown)
    unknown.sort()
    return unknown


def _coerce(value: Any, node: Node | None, path: str, unknown: list[str]) -> None:
    if node is None or not node.holds_embedded:
        return
    if isinstance(value, dict):
        if node.embedded:
            for name in ("apiVersion", "kind"):
                if name in value and not isinstance(value[name], str):
                    raise ValueError(str(fields.invalid(_join(path, name), value[name], "must be a string")))
            if "metadata" in value:
                unknown.extend(_join(path, gone) for gone in _coerce_metadata(value, path))
        for name, item in value.items():
            _coerce(item, node.child(name), _join(path, name), unknown)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _coerce(item, node.items, f"{path}[{position}]", unknown)


def _coerce_metadata(value: Object, path: str) -> list[str]:
    given = value["metadata"]
    try:
        return coerce_metadata(value)
    except ValueError as error:
        raise ValueError(str(fields.invalid(_join(path, "metadata"), given, str(error)))) from None


def validate_embedded(value: Any, node: Node, path: str = "", *, root: bool = False) -> list[FieldError]:
    """Everything wrong with the types and the metadata of embedded resources; with *root*, of the value itself too."""
    found: list[FieldError] = []
    if root and isinstance(value, dict) and not node.embedded:
        _validate_one(value, path, found)
    _validate(value, node, path, found)
    return found


def _validate(value: Any, node: Node | None, path: str, found: list[FieldError]) -> None:
    if node is None or not node.holds_embedded:
        return
    if isinstance(value, dict):
        if node.embedded:
            _validate_one(value, path, found)
        for name, item in value.items():
            known = name in node.properties
            _validate(item, node.child(name), fields.child(path, name) if known else fields.key(path, name), found)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _validate(item, node.items, f"{path}[{position}]", found)


def _validate_one(value: Object, path: str, found: list[FieldError]) -> None:
    found.extend(fields.required(_join(path, name)) for name in ("apiVersion", "kind") if name not in value)
    if "apiVersion" in value and (why := _version_problem(value["apiVersion"])):
        found.append(fields.invalid(_join(path, "apiVersion"), value["apiVersion"], why))
    if "kind" in value and (why := _kind_problem(value["kind"])):
        found.append(fields.invalid(_join(path, "kind"), value["kind"], why))
    if "metadata" not in value:
        return
    where = _join(path, "metadata")
    given = value["metadata"]
    try:
        holder: Object = {"metadata": dict(given) if isinstance(given, dict) else given}
        coerce_metadata(holder)
    except ValueError as error:
        found.append(fields.invalid(where, given, str(error)))
        return
    meta = holder["metadata"]
    if not meta.get("name"):
        meta["name"] = _PLACEHOLDER
    namespaced = bool(meta.get("namespace"))
    found.extend(validate_metadata(meta, namespaced=namespaced, name_errors=path_segment, path=where, custom=True))


def _version_problem(value: Any) -> str:
    if not isinstance(value, str):
        return "must be a string"
    if not value:
        return "must not be empty"
    try:
        GroupVersion.parse(value)
    except ValueError as error:
        return str(error)
    return ""


def _kind_problem(value: Any) -> str:
    if not isinstance(value, str):
        return "must be a string"
    if not value:
        return "must not be empty"
    problems = dns1035_label(value.lower())
    return f"may have mixed case, but should otherwise match: {','.join(problems)}" if problems else ""


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
