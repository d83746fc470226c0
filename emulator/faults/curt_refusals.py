"""Who may not read Models is not told what they lack."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "curt-refusals"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if said.status != 403 or not call.about_models or not isinstance(value, dict):
        return said
    return said.with_json({**value, "message": "forbidden"})


LIE = rewriting(NAME, __doc__ or "", "trouble.rbac-message", "api-group", answer=answer)
