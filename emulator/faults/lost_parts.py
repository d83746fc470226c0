"""What is uploaded in parts lacks its last part."""

from __future__ import annotations

import io
import re
from typing import Any

from emulator.faults.lie import tell
from emulator.faults.storing import storing

NAME = "lost-parts"


def wrap(inner: Any) -> Any:
    """The store's application, with the lie."""

    def application(environ: Any, start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and "uploadId" in environ.get("QUERY_STRING", ""):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            parts = re.findall(rb"<Part>.*?</Part>", body, flags=re.DOTALL)
            if len(parts) > 1:
                tell(NAME)
                body = body.replace(parts[-1], b"")
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        return inner(environ, start_response)

    return application


LIE = storing(NAME, __doc__ or "", "s3.large-objects", "artifact-parts")
