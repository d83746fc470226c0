"""Lists end after a hundred objects, and do not say that there are more."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "capped-lists"
MOST = 100


def answer(call: Call, said: Said) -> Said:
    value = said.json if call.method == "GET" and call.about_models else None
    if not isinstance(value, dict) or len(value.get("items") or []) <= MOST:
        return said
    return said.with_json({**value, "items": value["items"][:MOST]})


LIE = rewriting(NAME, __doc__ or "", "verify.list", "many-models", answer=answer)
