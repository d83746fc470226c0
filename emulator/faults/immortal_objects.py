"""Deleting an object is answered as done, and not done."""

from __future__ import annotations

from typing import Any

from emulator.faults.lie import tell
from emulator.faults.storing import storing

NAME = "immortal-objects"


def wrap(inner: Any) -> Any:
    """The store's application, with the lie."""

    def application(environ: Any, start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "DELETE" and environ["PATH_INFO"].count("/") > 1:
            tell(NAME)
            start_response("204 No Content", [])
            return []
        return inner(environ, start_response)

    return application


LIE = storing(NAME, __doc__ or "", "s3.delete", "artifact-permissions")
