"""Strict validation is asked for in vain."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "never-strict"


def ask(call: Call) -> Call:
    return call if call.query.get("fieldValidation") != "Strict" else call.without("fieldValidation")


LIE = rewriting(NAME, __doc__ or "", "k8s.field-validation", "field-validation", ask=ask)
