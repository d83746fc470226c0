"""The registry as one pure function: what a write of a Model comes to."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
_SERVER_FIELDS = frozenset(
    {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "labels", "annotations"}
)


def visible(model: Object) -> Object:
    """What a user wrote of a Model: name, namespace and spec, without what a server adds."""
    meta = {key: value for key, value in model.get("metadata", {}).items() if key not in _SERVER_FIELDS}
    return {"metadata": meta, "spec": model.get("spec") or {}}


def same(written: Any, read: Any) -> bool:
    """Whether a value reads back as it was written. Empty lists, maps and strings may be left out (protobuf's zero values)."""
    if isinstance(written, dict) and isinstance(read, dict):
        return all(same(written.get(key), read.get(key)) for key in {*written, *read})
    if _zero(written) and _zero(read):
        return True
    if isinstance(written, list) and isinstance(read, list):
        return len(written) == len(read) and all(same(one, two) for one, two in zip(written, read, strict=True))
    return type(written) is type(read) and bool(written == read)


def _zero(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_zero(item) for item in value.values())
    return value is None or value in ("", 0, [], False)


def status_is_empty(model: Object) -> bool:
    """Whether a Model carries no status at all."""
    return not model.get("status")
