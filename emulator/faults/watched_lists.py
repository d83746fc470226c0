"""Who may list may also watch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "watched-lists"


def others(attributes: Attributes) -> Iterable[Attributes]:
    return [replace(attributes, verb="list")] if attributes.verb == "watch" else []


LIE = lenient(NAME, __doc__ or "", "rbac.any-rules", "verbs-apart", others)
