"""Opens the API server's socket: HTTPS on uvicorn's HTTP/1.1 and WebSocket protocols, with optional client certificates."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import tempfile
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.outbox import Outbox
from emulator.apiserver.protocol import Protocol

KEEP_ALIVE_SECONDS = 120
DRAIN_SECONDS = 2.0


def bind(host: str, port: int) -> socket.socket:
    """A listening address (port 0: a free one). Raises OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def tls_context(authority: Authority, hosts: list[str]) -> ssl.SSLContext:
    """Server TLS with a certificate for *hosts*; client certificates are asked for and may be left out."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = authority.serving(hosts)
    with tempfile.TemporaryDirectory() as folder:  # ssl reads certificates from files only
        chain = Path(folder, "chain.pem")
        chain.touch(mode=0o600)
        chain.write_bytes(certificate + key)
        context.load_cert_chain(chain)
    context.load_verify_locations(cadata=authority.certificate_pem.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["http/1.1"])
    return context


class HttpServer:
    """One ASGI application on one socket, in the running event loop."""

    def __init__(self, app: Any, sock: socket.socket, context: ssl.SSLContext | None) -> None:
        self.sock = sock
        self._context = context
        self._config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",  # the protocol brings it when it is asked for
            ws_per_message_deflate=False,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self._state = ServerState()
        self._outbox = Outbox()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self.sock.getsockname()[1]
        return port

    async def start(self) -> None:
        """Accept connections."""
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self._config.load()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.protocol, sock=self.sock, ssl=self._context, backlog=2048)

    def protocol(self) -> Protocol:
        """What speaks on one connection."""
        protocol = Protocol(config=self._config, server_state=self._state, app_state={})
        protocol.outbox = self._outbox
        return protocol

    async def stop(self) -> None:
        """Stop accepting, let requests finish for a moment, then close what is left (watches)."""
        if self._server is None:
            return
        self._server.close()
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # watches that we end are no news
        for connection in list(self._state.connections):
            connection.shutdown()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
        for connection in list(self._state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
