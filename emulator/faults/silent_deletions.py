"""A watch does not tell of deletions."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Json, rewriting

NAME = "silent-deletions"


def line(call: Call, event: Json) -> list[Json]:
    return [] if event["type"] == "DELETED" and call.about_models else [event]


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-live", "watch-live", line=line)
