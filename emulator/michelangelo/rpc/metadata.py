"""What the platform's YARPC inbound asks of a call before it looks at it: metadata, a known procedure, a deadline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import grpc

from emulator.michelangelo.rpc.codes import RpcError
from emulator.michelangelo.rpc.encodings import ENCODINGS

CALLEE = "ma-apiserver"
_REQUIRED = (("rpc-service", "service name"), ("rpc-caller", "caller name"), ("rpc-encoding", "encoding"))


class Accepted(NamedTuple):
    """A call that may go on: the caller's bearer token, empty where calls act as the platform, and how its bodies are written."""

    token: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Rules:
    """``strict``: rpc-* metadata and a deadline are asked for. ``auth``: a call acts as the caller its bearer token names."""

    strict: bool = True
    auth: bool = False

    def check(self, path: str, given: Iterable[tuple[str, str]], *, known: bool, deadline: bool) -> Accepted:
        """What a call has said of itself. Raises RpcError."""
        headers: dict[str, str] = {}
        for name, value in given:
            if name in headers:
                text = f"header has more than one value: {name}"
                raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, text)
            headers[name] = value
        _, _, subtype = headers.get("content-type", "").partition("application/grpc+")
        headers.setdefault("rpc-encoding", subtype)
        missing = [text for name, text in _REQUIRED if not headers.get(name)]
        if self.strict and missing:
            raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, f"missing {', '.join(missing)}")
        callee = headers.get("rpc-service") or CALLEE
        if callee != CALLEE:
            text = f'unrecognized service name "{callee}", available services: "{CALLEE}"'
            raise RpcError(grpc.StatusCode.UNIMPLEMENTED, text)
        encoding = headers["rpc-encoding"] or ENCODINGS[0]
        if not known or encoding not in ENCODINGS:
            text = f'unrecognized procedure "{procedure(path)}" for service "{CALLEE}"'
            raise RpcError(grpc.StatusCode.UNIMPLEMENTED, text)
        if self.strict and not deadline:
            raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, "missing TTL")
        return Accepted(self._token(headers), encoding)

    def _token(self, headers: dict[str, str]) -> str:
        if not self.auth:
            return ""
        sort, _, token = headers.get("authorization", "").partition(" ")
        if sort.lower() != "bearer" or not token.strip():
            text = 'no bearer token: send the metadata "authorization: Bearer TOKEN"'
            raise RpcError(grpc.StatusCode.UNAUTHENTICATED, text)
        return token.strip()


def procedure(path: str) -> str:
    """A method's path as YARPC names it."""
    return path.lstrip("/").replace("/", "::")
