"""Discovery does not list models."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "undiscovered-models"


def answer(call: Call, said: Said) -> Said:
    value = said.json
    if call.path != "/apis/michelangelo.api/v2" or not isinstance(value, dict):
        return said
    return said.with_json(
        {**value, "resources": [item for item in value["resources"] if not item["name"].startswith("models")]}
    )


LIE = rewriting(NAME, __doc__ or "", "crd.discovered", "definition-discovered", answer=answer)
