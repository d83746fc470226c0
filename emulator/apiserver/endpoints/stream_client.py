"""Who streams: what a client of attach or exec asks for, whichever protocol it speaks."""

from __future__ import annotations

import json

from emulator.apiserver.endpoints.request import Request
from emulator.streams import Resized


class StreamClient:
    """The streams that a client wants; a terminal has one output only."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._gone = False
        self.stdin = request.flag("stdin")
        self.stdout = request.flag("stdout")
        self.tty = request.flag("tty")
        self.stderr = request.flag("stderr") and not self.tty


def size(data: bytes) -> Resized | None:
    """The size of a terminal as kubectl sends it, or nothing."""
    try:
        given = json.loads(data)
        return Resized(int(given["Width"]), int(given["Height"]))
    except (ValueError, KeyError, TypeError):
        return None
