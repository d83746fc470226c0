"""A Role that names no API group grants on every group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "groups-forgotten"


def others(attributes: Attributes) -> Iterable[Attributes]:
    return [replace(attributes, group="")]


LIE = lenient(NAME, __doc__ or "", "rbac.api-group-matters", "api-group", others)
