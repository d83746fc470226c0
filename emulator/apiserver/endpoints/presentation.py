"""Objects as clients want to see them: themselves, Tables, or their metadata only; as JSON or YAML."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

from emulator.apiserver.apimachinery import codec, errors
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.endpoints.negotiation import JSON, PARTIAL, PARTIAL_LIST, PROTOBUF, TABLE, YAML, Form
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import Column
from emulator.apiserver.schema import protobuf
from emulator.apiserver.schema.columns import describe

_INCLUDES = ("", "None", "Metadata", "Object")


def render(obj: Any, form: Form, pretty: bool) -> bytes:
    """A document's bytes in a form."""
    if form.media_type == YAML:
        return codec.encode_yaml(obj)
    if form.media_type == PROTOBUF:
        return _protobuf(obj)
    if pretty:
        return codec.escape_html(orjson.dumps(obj, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2))
    return codec.encode(obj) + b"\n"


def render_encoded(data: bytes, form: Form, pretty: bool) -> bytes:
    """The same for an object that is encoded already."""
    if form.media_type != JSON or pretty:
        return render(orjson.loads(data), form, pretty)
    return data + b"\n"


def _protobuf(obj: Object) -> bytes:
    """A document in Kubernetes' protobuf envelope. Raises StatusError (406) when its kind has no such form."""
    data = protobuf.encode(obj)
    if data is None:
        raise errors.not_acceptable(f"only the following media types are accepted: {JSON}, {YAML}")
    return data


def partial(obj: Object, version: str) -> Object:
    """Metadata only."""
    return {"kind": PARTIAL, "apiVersion": f"meta.k8s.io/{version}", "metadata": obj.get("metadata") or {}}


def partial_list(meta: Object, items: Iterable[Object], version: str) -> Object:
    """A list of metadata only."""
    rows = [partial(item, version) for item in items]
    return {"kind": PARTIAL_LIST, "apiVersion": f"meta.k8s.io/{version}", "metadata": meta, "items": rows}


def check_include(include: str) -> None:
    """Refuse an unknown ``includeObject``. Raises StatusError (400)."""
    if include not in _INCLUDES:
        raise errors.bad_request(
            f"Unable to convert to Table as requested: includeObject: Invalid value: \"{include}\": must be 'Metadata', "
            "'Object', 'None', or empty"
        )


def table(
    kind: Kind, meta: Object, items: Iterable[Object], include: str, version: str, now: datetime, headers: bool = True
) -> Object:
    """A ``meta.k8s.io`` Table: what ``kubectl get`` prints."""
    return {
        "kind": TABLE,
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": meta,
        "columnDefinitions": definitions(kind) if headers else None,
        "rows": [row(kind, item, include, version, now) for item in items],
    }


def row(kind: Kind, obj: Object, include: str, version: str, now: datetime) -> Object:
    """A Table's row of an object."""
    shown: Object = {"cells": kind.cells(obj, now)}
    if conditions := kind.row_conditions(obj):
        shown["conditions"] = conditions
    if include == "Object":
        shown["object"] = obj
    elif include == "None":
        shown["object"] = None
    else:
        shown["object"] = partial(obj, version)
    return shown


def definitions(kind: Kind) -> list[Object]:
    """A Table's column definitions."""
    return [_definition(column) for column in kind.resource.columns]


def _definition(column: Column) -> Object:
    return {
        "name": column.name,
        "type": column.type,
        "format": column.format,
        "description": describe(column),
        "priority": column.priority,
    }


def present(kind: Kind, obj: Object, form: Form, include: str, now: datetime) -> Object:
    """One object in the conversion that a form asks for. Raises StatusError when it cannot be that."""
    if form.conversion == TABLE:
        check_include(include)
        meta = {"resourceVersion": (obj.get("metadata") or {}).get("resourceVersion", "")}
        return table(kind, meta, [obj], include, form.version, now)
    if form.conversion == PARTIAL:
        return partial(obj, form.version)
    if form.conversion == PARTIAL_LIST:
        raise errors.StatusError(500, "", "content is not a list")
    return obj
