"""generation stays at 1."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "frozen-generation"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    meta = value.get("metadata") if isinstance(value, dict) else None
    if not call.about_models or not isinstance(meta, dict) or meta.get("generation", 1) < 2:
        return said
    return said.with_json({**value, "metadata": {**meta, "generation": 1}})


LIE = rewriting(NAME, __doc__ or "", "k8s.generation", "generation", answer=answer)
