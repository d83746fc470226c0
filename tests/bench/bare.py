"""The ceiling: a bare ASGI callable under plain uvicorn, with the plane's TLS and loop, that answers given bytes.

``python tests/bench/bare.py`` prints its port. Whatever is asked of ``/KEY`` is answered with what ``PUT /KEY?keep`` brought.
``GET /KEY?stream`` stays open and is sent what is kept from then on.
"""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
import uvloop

from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.server import bind, tls_context

ANSWERS: dict[str, bytes] = {}
STREAMS: dict[str, list[Any]] = {}


async def _body(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _stream(path: str, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    STREAMS.setdefault(path, []).append(send)
    await _body(receive)  # the request's end
    await receive()  # the client's end
    STREAMS[path].remove(send)


async def _keep(path: str, data: bytes) -> None:
    ANSWERS[path] = data
    for stream in STREAMS.get(path, ()):
        await stream({"type": "http.response.body", "body": data, "more_body": True})


async def answer(scope: Any, receive: Any, send: Any) -> None:
    path, query = scope["path"], scope["query_string"]
    if query == b"stream":
        await _stream(path, receive, send)
        return
    data = await _body(receive) if scope["method"] != "GET" else b""
    if query == b"keep":
        await _keep(path, data)
    body = ANSWERS[path] if query != b"keep" else b""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def main() -> None:
    config = uvicorn.Config(
        answer,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=120,
    )
    config.load()
    state = uvicorn.server.ServerState()
    sock = bind("127.0.0.1", 0)
    loop = asyncio.get_running_loop()
    await loop.create_server(
        lambda: config.http_protocol_class(config=config, server_state=state, app_state={}),
        sock=sock,
        ssl=tls_context(Authority.create(), ["127.0.0.1"]),
        backlog=2048,
    )
    print(sock.getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
