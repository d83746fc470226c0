"""Deleting a Model is answered as done, and not done."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "ghost-deletes"


def ask(call: Call) -> Call | Said:
    if call.method != "DELETE" or not call.about_models or not call.named:
        return call
    return Said(200, b'{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{}}')


LIE = rewriting(NAME, __doc__ or "", "query.delete-is-final", "any-sequence", ask=ask)
