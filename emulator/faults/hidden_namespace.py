"""A list of all namespaces lacks the last one's Models."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "hidden-namespace"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if call.method != "GET" or not call.about_models or "namespaces" in call.parts or not isinstance(value, dict):
        return said
    items = value.get("items") or []
    last = items[-1]["metadata"]["namespace"] if items else ""
    kept = [item for item in items if item["metadata"]["namespace"] != last]
    return said.with_json({**value, "items": kept}) if last else said


LIE = rewriting(NAME, __doc__ or "", "retention.lists-all-namespaces", "all-namespaces", answer=answer)
