"""Lists come last name first."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "unsorted-lists"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if call.method != "GET" or not isinstance(value, dict) or len(value.get("items") or ()) < 2:
        return said
    return said.with_json({**value, "items": value["items"][::-1]})


LIE = rewriting(NAME, __doc__ or "", "k8s.list-order", "list-order", answer=answer)
