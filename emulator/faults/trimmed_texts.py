"""Descriptions lose the blanks at their ends, and what is beyond 20 characters."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "trimmed-texts"


def ask(call: Call) -> Call:
    value = call.json
    text = ((value or {}).get("spec") or {}).get("description") if isinstance(value, dict) else None
    if not call.about_models or not isinstance(text, str) or text.strip()[:20] == text:
        return call
    return call.with_json({**value, "spec": {**value["spec"], "description": text.strip()[:20]}})


LIE = rewriting(NAME, __doc__ or "", "model.round-trip", "every-text", ask=ask)
