"""A dry run is carried out."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "dry-runs-write"


def ask(call: Call) -> Call:
    return call if "dryRun" not in call.query or not call.about_models else call.without("dryRun")


LIE = rewriting(NAME, __doc__ or "", "k8s.dry-run", "dry-run", ask=ask)
