"""Label selectors of watches are ignored."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "deaf-watches"


def ask(call: Call) -> Call:
    return call if not call.watches or "labelSelector" not in call.query else call.without("labelSelector")


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-selectors", "watch-selectors", ask=ask)
