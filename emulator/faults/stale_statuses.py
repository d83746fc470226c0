"""A write to the status subresource with an old resourceVersion succeeds."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "stale-statuses"


def ask(call: Call) -> Call:
    value = call.json
    meta = value.get("metadata") if isinstance(value, dict) else None
    if call.method != "PATCH" or call.parts[-1:] != ["status"] or not isinstance(meta, dict):
        return call
    if "resourceVersion" not in meta:
        return call
    return call.with_json({**value, "metadata": {key: held for key, held in meta.items() if key != "resourceVersion"}})


LIE = rewriting(NAME, __doc__ or "", "k8s.status-apart", "status-apart", ask=ask)
