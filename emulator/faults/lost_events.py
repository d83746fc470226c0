"""Every third event of a watch is lost."""

from __future__ import annotations

from itertools import count

from emulator.faults.rewriting import Call, Json, rewriting

NAME = "lost-events"


_NUMBERS = count(1)


def line(call: Call, event: Json) -> list[Json]:
    lost = event["type"] != "BOOKMARK" and call.about_models and next(_NUMBERS) % 3 == 0
    return [] if lost else [event]


LIE = rewriting(NAME, __doc__ or "", "k8s.watch-all", "watch-from-list", line=line)
