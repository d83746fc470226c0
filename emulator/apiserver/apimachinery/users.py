"""Who asks, as a value: the user of a request, as ``authentication.k8s.io`` describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.apiserver.apimachinery.objects import Object

ANONYMOUS = "system:anonymous"
UNAUTHENTICATED = "system:unauthenticated"
AUTHENTICATED = "system:authenticated"
MASTERS = "system:masters"


@dataclass(frozen=True, slots=True)
class UserInfo:
    """An authenticated (or anonymous) user."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


def user_object(user: UserInfo) -> Object:
    """A user as ``authentication.k8s.io`` shows it."""
    shown: Object = {}
    if user.name:
        shown["username"] = user.name
    if user.uid:
        shown["uid"] = user.uid
    if user.groups:
        shown["groups"] = list(user.groups)
    if user.extra:
        shown["extra"] = {key: list(values) for key, values in user.extra.items()}
    return shown
