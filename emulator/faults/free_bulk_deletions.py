"""Deleting many objects at once is allowed to everybody."""

from __future__ import annotations

import threading
from typing import Any

from emulator.faults.lie import tell
from emulator.faults.storing import storing

NAME = "free-bulk-deletions"


def wrap(inner: Any) -> Any:
    """The store's application, with the lie."""
    honest = inner._may
    asked = threading.local()

    def may(name: str, needed: Any) -> bool:
        return bool(name) if asked.bulk else bool(honest(name, needed))

    def application(environ: Any, start_response: Any) -> Any:
        query = environ.get("QUERY_STRING", "")
        asked.bulk = environ["REQUEST_METHOD"] == "POST" and query.split("=")[0] == "delete"
        if asked.bulk:
            tell(NAME)
        return inner(environ, start_response)

    inner._may = may
    return application


LIE = storing(NAME, __doc__ or "", "s3.each-permission-apart", "identity-permissions")
