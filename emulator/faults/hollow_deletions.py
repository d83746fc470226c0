"""A watch tells of a deletion without the object's spec."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Json, rewriting

NAME = "hollow-deletions"


def line(call: Call, event: Json) -> list[Json]:
    if event["type"] != "DELETED" or not call.about_models:
        return [event]
    return [{**event, "object": {key: held for key, held in event["object"].items() if key != "spec"}}]


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-types", "watch-from-list", line=line)
