"""A webhook server of either sort (admission, conversion) over HTTPS, under the test authority."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from contracts.front_door import AUTHORITY


class ReviewServer:
    """Answers each review that is posted with what *respond* makes of it and its path."""

    def __init__(
        self, folder: Path, hosts: list[str], respond: Callable[[dict[str, Any], str], dict[str, Any]]
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps(respond(review, self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        certificate, key = AUTHORITY.serving(hosts)
        chain = folder / "chain.pem"
        chain.write_bytes(certificate + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        port: int = self.server.server_address[1]
        return port

    def client(self) -> dict[str, str]:
        """A ``clientConfig`` that leads here."""
        bundle = base64.b64encode(AUTHORITY.certificate_pem).decode()
        return {"url": f"https://127.0.0.1:{self.port}/check", "caBundle": bundle}

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
