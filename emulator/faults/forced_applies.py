"""Every server-side apply takes over what others own."""

from __future__ import annotations

from dataclasses import replace

from emulator.faults.rewriting import Call, rewriting

NAME = "forced-applies"


def ask(call: Call) -> Call:
    if call.method != "PATCH" or "apply-patch" not in call.content_type or call.query.get("force") == "true":
        return call
    return replace(call, query={**call.query, "force": "true"})


LIE = rewriting(NAME, __doc__ or "", "k8s.apply", "server-side-apply", ask=ask)
