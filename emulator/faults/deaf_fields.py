"""Field selectors of lists are ignored."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "deaf-fields"


def ask(call: Call) -> Call:
    return (
        call
        if call.watches or call.method != "GET" or "fieldSelector" not in call.query
        else call.without("fieldSelector")
    )


LIE = rewriting(NAME, __doc__ or "", "k8s.field-selectors", "field-selectors", ask=ask)
