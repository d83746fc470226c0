"""Kubernetes objects as JSON values, and typed access to their metadata.

``Object`` is the only sanctioned ``Any``: an object is whatever JSON the client sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

Object = dict[str, Any]
# anything that is no JSON value is refused rather than turned into one
_EXACT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def metadata(obj: Object) -> Object:
    """The object's metadata; an empty one is put there when it has none (or null)."""
    meta = obj.get("metadata")
    if not isinstance(meta, dict):
        meta = obj["metadata"] = {}
    return meta


def name_of(obj: Object) -> str:
    """``metadata.name``, or the empty string."""
    return metadata(obj).get("name") or ""


def namespace_of(obj: Object) -> str:
    """``metadata.namespace``, or the empty string."""
    return metadata(obj).get("namespace") or ""


def uid_of(obj: Object) -> str:
    """``metadata.uid``, or the empty string."""
    return metadata(obj).get("uid") or ""


def labels_of(obj: Object) -> dict[str, str]:
    """``metadata.labels``, or an empty map (a read-only view: do not change it)."""
    return metadata(obj).get("labels") or {}


def copy(value: Any) -> Any:
    """A deep copy of a JSON value: through bytes, which is several times faster than walking it."""
    if not isinstance(value, (dict, list)):
        return value
    try:
        return orjson.loads(orjson.dumps(value, option=_EXACT))
    except (TypeError, ValueError):  # integers beyond 64 bits, lone surrogates, very deep values
        return _walked(value)


def _walked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _walked(item) if isinstance(item, (dict, list)) else item for key, item in value.items()}
    if isinstance(value, list):
        return [_walked(item) if isinstance(item, (dict, list)) else item for item in value]
    return value


def owner_references(obj: Object) -> Iterator[Object]:
    """The well-formed entries of ``metadata.ownerReferences``."""
    for reference in metadata(obj).get("ownerReferences") or []:
        if isinstance(reference, dict):
            yield reference
