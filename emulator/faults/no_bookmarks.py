"""A watch never says that the initial events are complete."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Json, rewriting

NAME = "no-bookmarks"


def line(call: Call, event: Json) -> list[Json]:
    return [] if event["type"] == "BOOKMARK" else [event]


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-bookmarks", "watch-bookmark", line=line)
