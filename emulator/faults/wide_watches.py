"""A watch of one namespace delivers all namespaces' events."""

from __future__ import annotations

from dataclasses import replace

from emulator.faults.rewriting import Call, rewriting

NAME = "wide-watches"


def ask(call: Call) -> Call:
    if not call.watches or not call.about_models or "namespaces" not in call.parts:
        return call
    return replace(call, path="/apis/michelangelo.api/v2/models")


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-scope", "watch-scope", ask=ask)
