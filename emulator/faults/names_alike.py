"""Users whose names differ in capitals only are one user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "names-alike"


def others(attributes: Attributes) -> Iterable[Attributes]:
    lowered = replace(attributes.user, name=attributes.user.name.lower())
    return [replace(attributes, user=lowered)] if lowered != attributes.user else []


LIE = lenient(NAME, __doc__ or "", "rbac.any-rules", "subjects-apart", others)
