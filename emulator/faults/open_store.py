"""Policies of the object store are not asked."""

from __future__ import annotations

from typing import Any

from emulator.faults.lie import tell
from emulator.faults.storing import storing

NAME = "open-store"


def wrap(inner: Any) -> Any:
    """The store's application, with the lie."""

    def allowed(name: str, needed: Any) -> bool:
        tell(NAME)
        return bool(name)

    inner._may = allowed
    return inner


LIE = storing(NAME, __doc__ or "", "s3.denied-without-policy", "identity-permissions")
