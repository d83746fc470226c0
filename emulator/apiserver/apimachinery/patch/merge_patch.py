"""JSON merge patch (RFC 7396)."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object


def apply(live: Object, patch: Object) -> Object:
    """*live* with *patch* merged in: null removes, objects merge, everything else replaces; lists are taken whole, nulls included.

    Neither is changed. What the patch leaves alone is not copied: the result shares it with *live*.
    """
    merged = dict(live)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            inner = live.get(key)
            merged[key] = apply(inner if isinstance(inner, dict) else {}, value)
        else:
            merged[key] = value
    return merged
