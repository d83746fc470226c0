"""Refusals are sentences instead of Statuses."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "plain-refusals"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if said.status < 400 or not call.about_models or not isinstance(value, dict) or value.get("kind") != "Status":
        return said
    return Said(said.status, str(value.get("message")).encode(), "text/plain")


LIE = rewriting(NAME, __doc__ or "", "k8s.status-errors", "status-errors", answer=answer)
