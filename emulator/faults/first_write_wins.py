"""An object that is put again keeps its first bytes."""

from __future__ import annotations

from typing import Any

from emulator.faults.lie import tell
from emulator.faults.storing import storing

NAME = "first-write-wins"


def wrap(inner: Any) -> Any:
    """The store's application, with the lie."""
    seen: set[str] = set()

    def application(environ: Any, start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] == "PUT" and path.count("/") > 1 and not environ["QUERY_STRING"]:
            if path in seen:
                tell(NAME)
                start_response("200 OK", [("ETag", '"0"'), ("Content-Length", "0")])
                return []
            seen.add(path)
        return inner(environ, start_response)

    return application


LIE = storing(NAME, __doc__ or "", "s3.overwrite", "artifact-keys")
