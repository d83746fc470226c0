"""Models report a Ready condition."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "ready-models"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if call.method != "GET" or not call.about_models or not isinstance(value, dict) or value.get("kind") != "Model":
        return said
    return said.with_json({**value, "status": {"conditions": [{"type": "Ready", "status": "True"}]}})


LIE = rewriting(NAME, __doc__ or "", "model.no-ready", "status-empty", answer=answer)
