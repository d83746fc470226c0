"""JSON merge patch (RFC 7396)."""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery.objects import Object


def apply(live: Object, patch: Object) -> Object:
    """*live* with *patch* merged in, in place: null removes, objects merge, everything else replaces."""
    for key, value in patch.items():
        if value is None:
            live.pop(key, None)
        elif isinstance(value, dict):
            inner = live.get(key)
            live[key] = apply(inner if isinstance(inner, dict) else {}, value)
        else:
            live[key] = _without_nulls(value)
    return live


def _without_nulls(value: Any) -> Any:
    """Lists are taken whole, their nulls too: only maps lose nulls."""
    return value
