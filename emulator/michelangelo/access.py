"""How an API server is reached, and who comes: what a kubeconfig's context says."""

from __future__ import annotations

import socket
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.michelangelo.credentials import Credentials

if TYPE_CHECKING:
    import httpx

MAX_CONNECTIONS, MAX_IDLE_CONNECTIONS = 400, 50


@dataclass(frozen=True, slots=True)
class Access:
    """URL, CA (PEM), and credentials: a bearer token that lasts, one that does not, a client certificate, or none."""

    server: str
    token: str = ""
    authority_pem: bytes | None = None
    verify: bool = True
    certificate_pem: bytes = b""
    key_pem: bytes = b""
    credentials: Credentials | None = None  # instead of a token that lasts
    server_name: str = ""  # in the server's certificate, where it is another than the URL's
    proxy: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # such as Impersonate-User; a name may come again

    def transport(self) -> httpx.AsyncHTTPTransport:
        """Connections to it; the kernel notices when the other end is gone. Raises OSError for a certificate that is none."""
        import httpx  # whoever only says where a server is needs no client

        return httpx.AsyncHTTPTransport(
            verify=self.tls(),
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_IDLE_CONNECTIONS),
            trust_env=False,
            proxy=self.proxy or None,
            socket_options=_keepalive(),
        )

    def tls(self) -> ssl.SSLContext:
        """What connections are made with. Raises ssl.SSLError for a certificate or key that is none."""
        authority = self.authority_pem.decode() if self.authority_pem is not None else None
        context = ssl.create_default_context(cadata=authority)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.certificate_pem:
            with tempfile.TemporaryDirectory() as folder:  # Python reads certificates from files only
                path = Path(folder, "client.pem")
                path.touch(mode=0o600)
                path.write_bytes(self.certificate_pem + b"\n" + self.key_pem)
                context.load_cert_chain(path)
        return context


def _keepalive() -> list[tuple[int, int, int]]:
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    for name, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPALIVE", 20), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        number = getattr(socket, name, None)  # the second is macOS' name for the first
        if number is not None:
            options.append((socket.IPPROTO_TCP, number, value))
    return options
