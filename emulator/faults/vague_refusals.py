"""A refused InferenceServer is not told which field is wrong."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "vague-refusals"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if said.status != 422 or "inferenceservers" not in call.parts or not isinstance(value, dict):
        return said
    return said.with_json({**value, "message": "the object is invalid", "details": {}})


LIE = rewriting(NAME, __doc__ or "", "trouble.lower-case-triton", "server-enums", answer=answer)
