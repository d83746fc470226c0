"""Who asks: what an authenticator is given, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from emulator.apiserver.apimachinery.users import UserInfo


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request carries: its Authorization headers and its client certificate (DER), if any."""

    authorization: str | None = None
    certificate: bytes | None = None


class Authenticator(Protocol):
    """One way to find out who asks."""

    def authenticate(self, credentials: Credentials) -> UserInfo | None:
        """The user, or None when the credentials are not of this authenticator's sort.

        Raises StatusError (401) when they are and are wrong.
        """
        ...
