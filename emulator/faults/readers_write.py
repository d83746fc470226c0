"""Who may get may also update."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "readers-write"


def others(attributes: Attributes) -> Iterable[Attributes]:
    return [replace(attributes, verb="get")] if attributes.verb == "update" else []


LIE = lenient(NAME, __doc__ or "", "rbac.reader-updates-not", "reader-writes-not", others)
