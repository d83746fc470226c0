"""A rule that names resources grants them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "names-forgotten"


_NAMES: dict[str, None] = {}


def others(attributes: Attributes) -> Iterable[Attributes]:
    if attributes.name:
        _NAMES[attributes.name] = None
    return [replace(attributes, name=name) for name in list(_NAMES)[-50:]]


LIE = lenient(NAME, __doc__ or "", "rbac.resource-names", "resource-names", others)
