"""Bookmarks carry a version of long ago."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Json, rewriting

NAME = "stale-bookmarks"


def line(call: Call, event: Json) -> list[Json]:
    if event["type"] != "BOOKMARK" or not call.about_models:
        return [event]
    told = event["object"]
    return [{**event, "object": {**told, "metadata": {**told["metadata"], "resourceVersion": "2"}}}]


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-bookmarks", "watch-bookmark", line=line)
