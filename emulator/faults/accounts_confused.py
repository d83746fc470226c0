"""ServiceAccounts of one name are one account, whatever their namespace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes
from emulator.faults.judging import lenient

NAME = "accounts-confused"


_PLACES: dict[str, None] = {}


def others(attributes: Attributes) -> Iterable[Attributes]:
    parts = attributes.user.name.split(":")
    if parts[:2] != ["system", "serviceaccount"] or len(parts) != 4:
        return []
    _PLACES[parts[2]] = None
    _PLACES[attributes.namespace] = None
    names = [f"system:serviceaccount:{place}:{parts[3]}" for place in list(_PLACES)[-50:]]
    return [replace(attributes, user=replace(attributes.user, name=name)) for name in names]


LIE = lenient(NAME, __doc__ or "", "rbac.same-name-elsewhere", "account-elsewhere", others)
