"""Stands in for etcd: takes its flags and says that it is healthy."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from contracts import bare_flags


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
        self.wfile.write(b'{"health":"true"}')

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    flags = bare_flags.parse("etcd", bare_flags.ETCD)
    Path(flags["data-dir"]).mkdir()
    where = urlsplit(flags["listen-client-urls"])
    assert urlsplit(flags["listen-peer-urls"]).port != where.port
    ThreadingHTTPServer((where.hostname, where.port), _Health).serve_forever()
