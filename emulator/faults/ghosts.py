"""A deleted Model can still be got."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "ghosts"


_SEEN: dict[str, bytes] = {}


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if not call.about_models or not isinstance(value, dict):
        return said
    if value.get("kind") == "Model" and said.status in (200, 201) and call.method != "DELETE":
        meta = value["metadata"]
        _SEEN[f"/apis/michelangelo.api/v2/namespaces/{meta['namespace']}/models/{meta['name']}"] = said.body
    if call.method == "GET" and said.status == 404 and call.path in _SEEN:
        return Said(200, _SEEN[call.path])
    return said


LIE = rewriting(NAME, __doc__ or "", "query.delete-is-final", "any-sequence", answer=answer)
