"""The lower-case word triton is taken for BACKEND_TYPE_TRITON."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "forgiven-triton"


def ask(call: Call) -> Call:
    value = call.json
    if call.method != "POST" or "inferenceservers" not in call.parts or not isinstance(value, dict):
        return call
    if (value.get("spec") or {}).get("backendType") != "triton":
        return call
    return call.with_json({**value, "spec": {**value["spec"], "backendType": "BACKEND_TYPE_TRITON"}})


LIE = rewriting(NAME, __doc__ or "", "trouble.lower-case-triton", "backend-cured", ask=ask)
