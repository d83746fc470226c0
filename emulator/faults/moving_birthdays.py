"""A Model that was changed is as young as its change."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "moving-birthdays"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if not call.about_models or not isinstance(value, dict) or value.get("kind") != "Model":
        return said
    meta = value["metadata"]
    if meta.get("generation", 1) < 2:
        return said
    return said.with_json({**value, "metadata": {**meta, "creationTimestamp": "2030-01-01T00:00:00Z"}})


LIE = rewriting(NAME, __doc__ or "", "retention.timestamp-fixed", "creation-timestamp-fixed", answer=answer)
