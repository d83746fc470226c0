"""May they: what is asked of an authorizer, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from emulator.apiserver.apimachinery.users import UserInfo


@dataclass(frozen=True, slots=True)
class Attributes:
    """What somebody wants to do; for paths that are no resources (``/version``) only *verb* and *path* count."""

    user: UserInfo
    verb: str
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""
    is_resource: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, with the reason that a SubjectAccessReview shows."""

    allowed: bool
    reason: str = ""


class Authorizer(Protocol):
    """Decides about one request."""

    def authorize(self, attributes: Attributes) -> Decision:
        """Allow or refuse; never raises."""
        ...
