"""Every schema within a schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.apiserver.apimachinery.objects import Object

_MAPS = ("properties", "patternProperties", "definitions")
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLES = ("items", "additionalProperties", "not", "additionalItems")


def subschemas(schema: Any) -> Iterator[Object]:
    """The schema itself and all beneath it, depth first."""
    if not isinstance(schema, dict):
        return
    yield schema
    for name in _SINGLES:
        below = schema.get(name)
        for sub in below if isinstance(below, list) else (below,):
            yield from subschemas(sub)
    for name in _LISTS:
        for sub in schema.get(name) or ():
            yield from subschemas(sub)
    for name in _MAPS:
        for sub in (schema.get(name) or {}).values():
            yield from subschemas(sub)
