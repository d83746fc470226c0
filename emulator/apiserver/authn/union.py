"""Every way to authenticate, one after the other; nobody's credentials make the anonymous user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.users import ANONYMOUS, UNAUTHENTICATED, UserInfo
from emulator.apiserver.authn.interface import Authenticator, Credentials

NOBODY = UserInfo(ANONYMOUS, groups=(UNAUTHENTICATED,))
TWO_BLANKS = "the provided Authorization header contains extra space before the bearer token, and is ignored"


def bearer_token(authorization: str | None) -> str | None:
    """The token of an Authorization header; None when it is not of that sort (or has two blanks, as the real one has it)."""
    if authorization is None:
        return None
    parts = authorization.strip().split(" ")
    if len(parts) < 2 or parts[0].lower() != "bearer":
        return None
    return parts[1] or None


class Tokens:
    """Static bearer tokens."""

    def __init__(self, users: Mapping[str, UserInfo]) -> None:
        self._users = users

    def authenticate(self, credentials: Credentials) -> UserInfo | None:
        """The token's holder, or None for a token that somebody else may know."""
        token = bearer_token(credentials.authorization)
        return self._users.get(token) if token is not None else None


class Union:
    """Asks each authenticator; a token that none knows is refused, no credentials at all are anonymous."""

    def __init__(self, authenticators: Sequence[Authenticator], static: Mapping[str, UserInfo]) -> None:
        self._authenticators = tuple(authenticators)
        self._headers = {f"Bearer {token}": user for token, user in static.items()}  # the hot path: one look-up

    def authenticate(self, credentials: Credentials) -> UserInfo:
        """Who asks. Raises StatusError (401)."""
        if credentials.authorization is not None:
            known = self._headers.get(credentials.authorization)
            if known is not None:
                return known
        elif credentials.certificate is None:
            return NOBODY
        for authenticator in self._authenticators:
            user = authenticator.authenticate(credentials)
            if user is not None:
                return user
        if bearer_token(credentials.authorization) is not None:
            raise errors.unauthorized()
        return NOBODY

    def warnings_for(self, credentials: Credentials) -> list[str]:
        """What to tell a client about its credentials."""
        text = credentials.authorization
        if text is not None and text.lower().startswith("bearer  ") and text[8:].strip():
            return [TWO_BLANKS]
        return []
