"""Objects of more than a few bytes come back without their last one."""

from __future__ import annotations

from typing import Any

from emulator.faults.lie import tell
from emulator.faults.storing import storing

NAME = "cut-objects"


def wrap(inner: Any) -> Any:
    """The store's application, with the lie."""

    def application(environ: Any, start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"].count("/") < 2:
            return inner(environ, start_response)
        held: list[Any] = []
        body = b"".join(inner(environ, lambda *given: held.append(given)))
        status, headers = held[0][0], held[0][1]
        if status.startswith("200") and len(body) > 4:
            tell(NAME)
            body = body[:-1]
            headers = [(key, value) for key, value in headers if key.lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]

    return application


LIE = storing(NAME, __doc__ or "", "s3.get", "artifact-permissions")
