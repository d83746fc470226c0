"""The ceiling: a bare ASGI callable on the same server, TLS and loop as the plane, that answers given bytes.

``python tests/bench/bare.py`` prints its port. ``/KEY`` answers what was put there with ``PUT /KEY``.
"""

from __future__ import annotations

import asyncio
from typing import Any

import uvloop

from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.server import HttpServer, bind, tls_context

ANSWERS: dict[str, bytes] = {}


async def _body(receive: Any) -> bytes:
    data = b""
    while True:
        message = await receive()
        data += message.get("body", b"")
        if not message.get("more_body"):
            return data


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["method"] != "GET":
        data = await _body(receive)
        if scope["method"] == "PUT" and scope["path"] not in ANSWERS:
            ANSWERS[scope["path"]] = data
    body = ANSWERS[scope["path"]]
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def main() -> None:
    server = HttpServer(answer, bind("127.0.0.1", 0), tls_context(Authority.create(), ["127.0.0.1"]))
    await server.start()
    print(server.port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
