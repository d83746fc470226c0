"""From the second page on, a list forgets its label selector."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "open-second-pages"


def ask(call: Call) -> Call:
    selected = call.about_models and "continue" in call.query and "labelSelector" in call.query
    return call.without("labelSelector") if selected else call


LIE = rewriting(NAME, __doc__ or "", "k8s.pages", "pages", ask=ask)
