"""Creating what exists is answered as if it had been created."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "created-again"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if (
        call.method != "POST"
        or said.status != 409
        or not isinstance(value, dict)
        or value.get("reason") != "AlreadyExists"
    ):
        return said
    return Said(201, call.body)


LIE = rewriting(NAME, __doc__ or "", "k8s.create-once", "create-once", answer=answer)
