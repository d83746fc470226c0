"""A namespace without Models is an error."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "errors-for-nothing"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if call.method != "GET" or not call.about_models or call.named or not isinstance(value, dict):
        return said
    if said.status != 200 or value.get("items") != [] or "namespaces" not in call.parts:
        return said
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
    return Said(404, b"").with_json({**status, "message": "no models found"})


LIE = rewriting(NAME, __doc__ or "", "trouble.none-registered", "namespace-without-models", answer=answer)
