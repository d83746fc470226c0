"""A watch from an impossible version is silently empty."""

from __future__ import annotations

from dataclasses import replace

from emulator.faults.rewriting import Call, rewriting

NAME = "late-refusals"


def ask(call: Call) -> Call:
    version = call.query.get("resourceVersion", "")
    if not call.watches or not call.about_models or (version.isdigit() and int(version) < 10**9 and int(version) != 1):
        return call
    return call if not version or version == "0" else replace(call, query={**call.query, "resourceVersion": ""})


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-expired", "watch-expired", ask=ask)
