"""Rewrites what goes over the wire: the request before the server sees it, the answer before the client does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from emulator.apiserver.seams import Application
from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

Json = Any


@dataclass(frozen=True, slots=True)
class Call:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    accept: str
    content_type: str
    body: bytes

    @property
    def parts(self) -> list[str]:
        """The path's steps."""
        return [part for part in self.path.split("/") if part]

    @property
    def watches(self) -> bool:
        """Whether it is a watch."""
        return self.query.get("watch", "") in ("1", "true", "True")

    @property
    def about_models(self) -> bool:
        """Whether it is about Models."""
        return self.parts[:2] == ["apis", "michelangelo.api"] and "models" in self.parts

    @property
    def named(self) -> bool:
        """Whether it is about one object of a namespace."""
        return "namespaces" in self.parts and len(self.parts) >= self.parts.index("namespaces") + 4

    @property
    def json(self) -> Json:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_json(self, value: Json) -> Call:
        """The same with another body."""
        return replace(self, body=json.dumps(value).encode())

    def without(self, *names: str) -> Call:
        """The same without some of its query."""
        return replace(self, query={key: value for key, value in self.query.items() if key not in names})


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int
    body: bytes
    content_type: str = "application/json"

    @property
    def json(self) -> Json:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_json(self, value: Json) -> Said:
        """The same with another body."""
        return replace(self, body=json.dumps(value).encode())


Ask = Callable[[Call], "Call | Said"]
"""Changes a request, or answers it itself."""
Answer = Callable[[Call, Said], Said]
Line = Callable[[Call, Json], list[Json]]
"""What becomes of one event of a watch."""


class Rewriter:
    """An ASGI application in front of another. What a function returns unchanged (the same object) goes through as it is."""

    def __init__(
        self, inner: Application, name: str, ask: Ask | None, answer: Answer | None, line: Line | None
    ) -> None:
        self.inner = inner
        self.name = name
        self.ask = ask
        self.answer = answer
        self.line = line

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        call = await _call(scope, receive)
        asked: Call | Said = self.ask(call) if self.ask is not None else call
        if asked is not call:
            tell(self.name)
        if isinstance(asked, Said):
            await _send(send, asked)
            return
        scope = {**scope, "method": asked.method, "path": asked.path, "query_string": urlencode(asked.query).encode()}
        scope["headers"] = _headers(scope["headers"], call, asked)
        once = iter([{"type": "http.request", "body": asked.body, "more_body": False}])

        async def again() -> Any:
            message = next(once, None)
            return message if message is not None else await receive()

        if asked.watches:
            await self.inner(scope, again, self._watch(asked, send))
        elif self.answer is None:
            await self.inner(scope, again, send)
        else:
            await self._whole(scope, again, send, asked)

    async def _whole(self, scope: Any, receive: Any, send: Any, call: Call) -> None:
        assert self.answer is not None, "there is something to change"
        messages: list[Any] = []

        async def hold(message: Any) -> None:
            messages.append(message)

        await self.inner(scope, receive, hold)
        if not messages:
            return
        headers = dict(messages[0]["headers"])
        body = b"".join(message.get("body", b"") for message in messages[1:])
        said = Said(messages[0]["status"], body, headers.get(b"content-type", b"").decode())
        changed = self.answer(call, said)
        if changed is said:
            for message in messages:
                await send(message)
            return
        tell(self.name)
        kept = [
            (name, value) for name, value in messages[0]["headers"] if name not in (b"content-length", b"content-type")
        ]
        await _send(send, changed, kept)

    def _watch(self, call: Call, send: Any) -> Any:
        line = self.line
        if line is None:
            return send
        rest = b""

        async def pass_on(message: Any) -> None:
            nonlocal rest
            if message["type"] != "http.response.body":
                await send(message)
                return
            *lines, rest = (rest + message.get("body", b"")).split(b"\n")
            out = b""
            for text in lines:
                event = json.loads(text) if text.strip() else None
                changed = line(call, event) if event is not None else []
                if changed != [event]:
                    tell(self.name)
                out += b"".join(json.dumps(item).encode() + b"\n" for item in changed)
            await send({**message, "body": out})

        return pass_on


async def _call(scope: Any, receive: Any) -> Call:
    body = b""
    if scope["method"] in ("POST", "PUT", "PATCH", "DELETE"):
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
    headers = dict(scope["headers"])
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    accept, sort = headers.get(b"accept", b"").decode(), headers.get(b"content-type", b"").decode()
    return Call(scope["method"], scope["path"], query, accept, sort, body)


def _headers(headers: Any, before: Call, after: Call) -> list[tuple[bytes, bytes]]:
    changed = {b"content-length": str(len(after.body)).encode()} if before.body or after.body else {}
    if after.accept != before.accept:
        changed[b"accept"] = after.accept.encode()
    kept = [(name, value) for name, value in headers if name not in changed]
    return [*kept, *changed.items()]


async def _send(send: Any, said: Said, headers: Any = ()) -> None:
    head = [(b"content-type", said.content_type.encode()), (b"content-length", str(len(said.body)).encode()), *headers]
    await send({"type": "http.response.start", "status": said.status, "headers": head})
    await send({"type": "http.response.body", "body": said.body})


def rewriting(
    name: str,
    sentence: str,
    clause: str,
    check: str,
    *,
    ask: Ask | None = None,
    answer: Answer | None = None,
    line: Line | None = None,
) -> Lie:
    """A lie that is told on the wire."""

    def fit(parts: Parts) -> Parts:
        honest = parts.apiserver.application
        seams = replace(parts.apiserver, application=lambda inner: Rewriter(honest(inner), name, ask, answer, line))
        return replace(parts, apiserver=seams)

    return Lie(sentence, clause, check, fit)
