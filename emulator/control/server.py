"""An ASGI application: ``POST /v1/NAME`` calls the handler of that name; ``GET /v1`` lists the names.

Who calls shows the plane's control token as a bearer token. Values come from the query and, where the body is JSON, from its
object; any other body is handed to the handler as a file. Answers are JSON; a refusal is ``{"error": "a sentence"}``.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import parse_qsl

PREFIX = "v1"
MEMORY_BYTES = 4 << 20  # bodies over this go to a temporary file
JSON_TYPES = ("application/json", "application/x-www-form-urlencoded")  # the second is what curl -d says unasked


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler is asked: values by name, and the body when it is not JSON."""

    values: dict[str, Any]
    body: IO[bytes] | None = None
    headers: dict[str, str] | None = None

    def text(self, name: str, default: str | None = None) -> str:
        """A value that is a text. Raises ValueError when it is missing or no text."""
        value = self.values.get(name, default)
        if value is None or value == "":
            if default is not None:
                return default
            raise ValueError(f"{name} is missing")
        if not isinstance(value, str):
            raise ValueError(f"{name} is to be a text, not {json.dumps(value)}")
        return value


Handler = Callable[[Call], Awaitable[Any]]
"""Answers one call with something JSON can say. ValueError and LookupError are the caller's mistakes, OSError the world's."""


class ControlDoor:
    """Handlers by name, behind one token."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._handlers: dict[str, Handler] = {}

    def add(self, name: str, handler: Handler) -> None:
        """Answer calls of a name from now on."""
        self._handlers[name] = handler

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        with tempfile.SpooledTemporaryFile(MEMORY_BYTES) as body:
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                body.write(message.get("body", b""))
                more = message.get("more_body", False)
            body.seek(0)
            await asyncio.sleep(0)  # handlers make requests, which need a task: a server may begin us without one
            status, answer = await self._answer(scope, headers, body)
        data = json.dumps(answer).encode() + b"\n"
        sent = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
        if status == 401:
            sent.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": data})

    async def _answer(self, scope: Any, headers: dict[str, str], body: IO[bytes]) -> tuple[int, Any]:
        if not hmac.compare_digest(headers.get("authorization", "").encode(), f"Bearer {self.token}".encode()):
            return 401, {"error": "show the plane's control token: Authorization: Bearer $MA_CONTROL_TOKEN"}
        parts = [part for part in scope["path"].split("/") if part]
        known = ", ".join(sorted(self._handlers))
        if parts == [PREFIX]:
            return 200, {"handlers": sorted(self._handlers)}
        handler = self._handlers.get(parts[1]) if len(parts) == 2 and parts[0] == PREFIX else None
        if handler is None:
            return 404, {"error": f"unknown path {scope['path']}: known are /{PREFIX}/NAME with NAME one of {known}"}
        if scope["method"] != "POST":
            return 405, {"error": f"{scope['path']} takes POST"}
        try:
            answer = await handler(_call(scope, headers, body))
        except LookupError as error:
            return 404, {"error": str(error.args[0] if error.args else error)}
        except ValueError as error:
            return 400, {"error": str(error)}
        except OSError as error:
            return 502, {"error": str(error)}
        return 200, answer if answer is not None else {}


def _call(scope: Any, headers: dict[str, str], body: IO[bytes]) -> Call:
    """Raises ValueError when the body says that it is JSON and is not."""
    values: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    if headers.get("content-type", JSON_TYPES[0]).partition(";")[0].strip() not in JSON_TYPES:
        return Call(values, body, headers)
    data = body.read()
    if data:
        try:
            given = json.loads(data)
        except ValueError as error:
            raise ValueError(f"the body is no JSON: {error}") from None
        if not isinstance(given, dict):
            raise ValueError("the body is to be a JSON object")
        values |= given
    return Call(values, None, headers)
