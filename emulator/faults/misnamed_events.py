"""A watch says ADDED of what was changed."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Json, rewriting

NAME = "misnamed-events"


def line(call: Call, event: Json) -> list[Json]:
    return [{**event, "type": "ADDED"}] if event["type"] == "MODIFIED" and call.about_models else [event]


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-types", "watch-from-list", line=line)
