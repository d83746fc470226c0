"""An upload that is denied is stored all the same."""

from __future__ import annotations

import io
from typing import Any

from emulator.faults.lie import tell
from emulator.faults.storing import storing

NAME = "kept-uploads"


def wrap(inner: Any) -> Any:
    """The store's application, with the lie."""

    def serve(environ: Any, start: Any) -> Any:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        if environ["REQUEST_METHOD"] != "PUT" or not size:
            return inner(environ, start)
        data, refused = environ["wsgi.input"].read(size), []

        def seen(status: str, *rest: Any) -> Any:
            refused.append(status.startswith("403"))
            return start(status, *rest)

        answer = list(inner({**environ, "wsgi.input": io.BytesIO(data)}, seen))
        if any(refused):
            tell(NAME)
            list(inner._inner({**environ, "wsgi.input": io.BytesIO(data)}, lambda *_: None))  # behind the gate
        return answer

    return serve


LIE = storing(NAME, __doc__ or "", "trouble.upload-denied", "task-identity")
