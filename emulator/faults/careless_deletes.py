"""Preconditions of deletions are ignored."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "careless-deletes"


def ask(call: Call) -> Call:
    value = call.json
    if call.method != "DELETE" or not isinstance(value, dict) or "preconditions" not in value:
        return call
    return call.with_json({key: item for key, item in value.items() if key != "preconditions"})


LIE = rewriting(NAME, __doc__ or "", "k8s.delete-preconditions", "delete-preconditions", ask=ask)
