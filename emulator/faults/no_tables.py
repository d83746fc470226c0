"""A list asked for as a Table is a plain list."""

from __future__ import annotations

from dataclasses import replace

from emulator.faults.rewriting import Call, rewriting

NAME = "no-tables"


def ask(call: Call) -> Call:
    return call if "as=Table" not in call.accept else replace(call, accept="application/json")


LIE = rewriting(NAME, __doc__ or "", "k8s.tables", "tables", ask=ask)
