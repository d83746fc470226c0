"""A watch delivers changes twice."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Json, rewriting

NAME = "doubled-events"


def line(call: Call, event: Json) -> list[Json]:
    return [event, event] if event["type"] == "MODIFIED" and call.about_models else [event]


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-all", "watch-from-list", line=line)
