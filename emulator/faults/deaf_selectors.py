"""Label selectors of lists are ignored."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "deaf-selectors"


def ask(call: Call) -> Call:
    return (
        call
        if call.watches or call.method != "GET" or "labelSelector" not in call.query
        else call.without("labelSelector")
    )


LIE = rewriting(NAME, __doc__ or "", "k8s.label-selectors", "label-selectors", ask=ask)
