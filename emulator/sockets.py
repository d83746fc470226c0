"""Ports of a plane: taken with a sentence that says which flag chooses another, and addressed as clients reach them."""

from __future__ import annotations

import socket

from emulator.apiserver.server import bind


def listen(host: str, port: int, flag: str, what: str) -> socket.socket:
    """A listening socket. Raises OSError, which names the flag."""
    try:
        return bind(host, port)
    except OSError as error:
        raise OSError(
            f"cannot listen on {host}:{port} for {what}: {error.strerror}. Choose another with {flag} N, or {flag} 0 for a free one"
        ) from None


def reachable(host: str) -> str:
    """How clients on this machine write an address that was listened on."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
