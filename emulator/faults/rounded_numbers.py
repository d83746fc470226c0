"""Large integers come back rounded."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Json, Said, rewriting

NAME = "rounded-numbers"


def _rounded(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value // 1000 * 1000 if isinstance(value, int) and not isinstance(value, bool) and value > 10**6 else value


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if not call.about_models or call.method != "GET" or not isinstance(value, dict):
        return said
    changed = _rounded(value)
    return said if changed == value else said.with_json(changed)


LIE = rewriting(NAME, __doc__ or "", "k8s.numbers", "numbers", answer=answer)
