"""A merge patch does not remove what it nulls."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Json, rewriting

NAME = "keeping-patches"


def _kept(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    return {key: _kept(item) for key, item in value.items() if item is not None}


def ask(call: Call) -> Call:
    value = call.json
    if call.method != "PATCH" or "merge-patch" not in call.content_type or _kept(value) == value:
        return call
    return call.with_json(_kept(value))


LIE = rewriting(NAME, __doc__ or "", "k8s.merge-patch", "merge-patch", ask=ask)
