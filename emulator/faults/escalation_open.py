"""Roles and bindings may grant what their writer does not have."""

from __future__ import annotations

from emulator.apiserver.registry.strategy import Context
from emulator.faults.admitting import admitting

NAME = "escalation-open"


def skip(context: Context) -> bool:
    return context.resource.group == "rbac.authorization.k8s.io"


LIE = admitting(NAME, __doc__ or "", "rbac.no-escalation", "no-escalation", skip=skip)
