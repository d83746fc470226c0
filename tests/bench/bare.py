"""The ceiling: a bare ASGI callable under plain uvicorn, with the plane's TLS and loop, that answers given bytes.

``python tests/bench/bare.py`` prints its port. Whatever is asked of ``/KEY`` is answered with what ``PUT /KEY?keep`` brought.
``GET /KEY?stream`` stays open and is sent what is kept from then on; what ``PUT /KEY?gather`` brings while there is
something on its way already goes to it together.
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
GATHERED: dict[str, list[bytes]] = {}
TASKS: dict[str, asyncio.Task[None]] = {}
SLICE = 50  # streams written to between two looks at the network


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


async def _send(path: str, data: bytes) -> None:
    for number, stream in enumerate(list(STREAMS.get(path, ())), 1):
        await stream({"type": "http.response.body", "body": data, "more_body": True})
        if number % SLICE == 0:
            await asyncio.sleep(0)


async def _send_gathered(path: str) -> None:
    while GATHERED[path]:
        data = b"".join(GATHERED[path])
        GATHERED[path].clear()
        await _send(path, data)
    del GATHERED[path], TASKS[path]


async def _put(path: str, query: bytes, data: bytes) -> None:
    if query == b"keep":
        ANSWERS[path] = data
        await _send(path, data)
        return
    GATHERED.setdefault(path, []).append(data)
    if path not in TASKS:
        TASKS[path] = asyncio.ensure_future(_send_gathered(path))


async def answer(scope: Any, receive: Any, send: Any) -> None:
    path, query = scope["path"], scope["query_string"]
    if query == b"stream":
        await _stream(path, receive, send)
        return
    data = await _body(receive) if scope["method"] != "GET" else b""
    if query:
        await _put(path, query, data)
    body = ANSWERS[path] if not query else b""
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
