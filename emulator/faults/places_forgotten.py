"""A Role grants in every namespace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "places-forgotten"


_PLACES: dict[str, None] = {}


def others(attributes: Attributes) -> Iterable[Attributes]:
    if attributes.namespace:
        _PLACES[attributes.namespace] = None
    return [replace(attributes, namespace=place) for place in list(_PLACES)[-50:]]


LIE = lenient(NAME, __doc__ or "", "rbac.own-namespace-only", "own-namespace-only", others)
