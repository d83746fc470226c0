"""A Model gets a Ready condition a second after it was first looked at."""

from __future__ import annotations

import time

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "late-ready"
AFTER_SECONDS = 1.0
_SEEN: dict[str, float] = {}


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if call.method != "GET" or not call.about_models or not isinstance(value, dict) or value.get("kind") != "Model":
        return said
    first = _SEEN.setdefault(value["metadata"]["uid"], time.monotonic())
    if time.monotonic() - first < AFTER_SECONDS:
        return said
    return said.with_json({**value, "status": {"conditions": [{"type": "Ready", "status": "True"}]}})


LIE = rewriting(NAME, __doc__ or "", "trouble.wait-ready", "wait-ready", answer=answer)
