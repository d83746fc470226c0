"""Each page of a list but the last lacks its last item."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "short-pages"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if "limit" not in call.query or not isinstance(value, dict) or not (value.get("metadata") or {}).get("continue"):
        return said
    return said.with_json({**value, "items": value["items"][:-1]})


LIE = rewriting(NAME, __doc__ or "", "k8s.pages", "pages", answer=answer)
