"""Ports of a plane: taken with a sentence that says which flag chooses another, and addressed as clients reach them."""

from __future__ import annotations

import errno
import socket

from emulator.apiserver.server import bind


def listen(host: str, port: int, flag: str, what: str) -> socket.socket:
    """A listening socket. Raises OSError, which names the flag."""
    try:
        return bind(host, port)
    except OSError as error:
        raise OSError(f"cannot listen on {host}:{port} for {what}: {error.strerror}. {way_out(error, flag)}") from None


def way_out(error: OSError, flag: str) -> str:
    """What to do about a port that cannot be listened on: choose another port, or another address when that is what is wrong."""
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        return f"Choose another with {flag} N, or {flag} 0 for a free one"
    return "Choose an address of this machine with --host, such as 127.0.0.1 or 0.0.0.0"


def reachable(host: str) -> str:
    """How clients on this machine write an address that was listened on."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
