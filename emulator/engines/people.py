"""Who may come in by a bearer token: the plane's own people, and those of ``--token-auth-file``."""

from __future__ import annotations

import secrets
from pathlib import Path

from emulator.apiserver.apimachinery.users import AUTHENTICATED, MASTERS, UserInfo

PEOPLE = ("admin", "reader")  # a context each in the kubeconfig
PLATFORM = UserInfo("system:michelangelo", "michelangelo", (MASTERS, AUTHENTICATED))


def tokens() -> dict[str, str]:
    """Fresh tokens of the plane's people and the platform, by name."""
    return {name: secrets.token_urlsafe(24) for name in (*PEOPLE, "platform")}


def users(given: dict[str, str], file: Path | None) -> dict[str, UserInfo]:
    """Who holds which bearer token. Raises ValueError, OSError for a file that is none."""
    known = {
        given["admin"]: UserInfo("admin", "admin", (MASTERS, AUTHENTICATED)),
        given["reader"]: UserInfo("reader", "reader", (AUTHENTICATED,)),
        given["platform"]: PLATFORM,
    }
    if file is None:
        return known
    from emulator.apiserver.authn.token_file import TokenFile

    return known | dict(TokenFile.load(file).users)
