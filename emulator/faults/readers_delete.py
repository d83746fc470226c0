"""Who may list may also delete collections and objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "readers-delete"


def others(attributes: Attributes) -> Iterable[Attributes]:
    return [replace(attributes, verb="list")] if attributes.verb.startswith("delete") else []


LIE = lenient(NAME, __doc__ or "", "rbac.reader-deletes-not", "reader-writes-not", others)
