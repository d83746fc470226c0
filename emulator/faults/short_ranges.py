"""A range of an object lacks its last byte."""

from __future__ import annotations

import re
from typing import Any

from emulator.faults.lie import tell
from emulator.faults.storing import storing

NAME = "short-ranges"


def wrap(inner: Any) -> Any:
    """The store's application, with the lie."""

    def application(environ: Any, start_response: Any) -> Any:
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", environ.get("HTTP_RANGE", ""))
        if match and int(match[2]) > int(match[1]):
            tell(NAME)
            environ["HTTP_RANGE"] = f"bytes={match[1]}-{int(match[2]) - 1}"
        return inner(environ, start_response)

    return application


LIE = storing(NAME, __doc__ or "", "s3.ranges", "artifact-ranges")
