"""A definition that is deleted stays."""

from __future__ import annotations

import json

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "lasting-definitions"


def ask(call: Call) -> Call | Said:
    if call.method != "DELETE" or "customresourcedefinitions" not in call.parts:
        return call
    return Said(200, json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Success"}).encode())


LIE = rewriting(NAME, __doc__ or "", "trouble.crd-missing", "definition-reinstalled", ask=ask)
