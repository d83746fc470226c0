"""A rule on a resource covers its subresources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "subresources-open"


def others(attributes: Attributes) -> Iterable[Attributes]:
    return [replace(attributes, subresource="")] if attributes.subresource else []


LIE = lenient(NAME, __doc__ or "", "rbac.subresources-apart", "reader-writes-not", others)
