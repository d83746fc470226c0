"""Calls a plane's control door."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # urllib.request takes a while to import: only those who call need it
    from urllib.error import HTTPError

SECONDS = 60.0


class ControlError(OSError):
    """The plane refused, or did not answer; says why."""


class ControlClient:
    """One plane's control door."""

    def __init__(self, url: str, token: str, seconds: float = SECONDS) -> None:
        self._url = url
        self._token = token
        self._seconds = seconds

    def call(self, handler: str, /, **values: Any) -> Any:
        """Call a handler; the answer is what it says. Raises ControlError, or ValueError when what was asked is wrong."""
        from urllib.error import HTTPError
        from urllib.request import ProxyHandler, Request, build_opener

        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = Request(f"{self._url}/v1/{handler}", json.dumps(values).encode(), headers)
        here = build_opener(ProxyHandler({}))  # it is on this machine
        try:
            with here.open(request, timeout=self._seconds) as answer:
                return json.load(answer)
        except HTTPError as error:
            said = _said(error)
            raise ValueError(said) if error.code == 400 else ControlError(said) from None
        except OSError as error:
            raise ControlError(f"the plane's control door {self._url} does not answer: {error}") from None


def _said(error: HTTPError) -> str:
    with error:
        try:
            return str(json.load(error)["error"])
        except (ValueError, KeyError, TypeError):
            return f"the plane answered {error.code} {error.reason}"
