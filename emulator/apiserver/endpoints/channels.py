"""Streams over one WebSocket, as Kubernetes numbers them: the first byte of a message is its channel.

Source: k8s.io/apimachinery/pkg/util/remotecommand and httpstream/wsstream. Versions: none and ``channel.k8s.io`` send a
process' end as text, ``v4`` as a Status, ``v5`` also closes single channels; each but ``v5`` has a base64 form for clients
that send text only.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.endpoints.stream_client import StreamClient, size
from emulator.streams import STDOUT, Ended, Resized, Typed

STDIN_CHANNEL, STDOUT_CHANNEL, STDERR_CHANNEL, ERROR_CHANNEL, RESIZE_CHANNEL = range(5)
CLOSE = 255
V5 = "v5.channel.k8s.io"
PROTOCOLS = (V5, "v4.channel.k8s.io", "v4.base64.channel.k8s.io", "channel.k8s.io", "base64.channel.k8s.io", "")


class Channels(StreamClient):
    """One client's WebSocket: a Session for the node, and a way to say how it ended."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.protocol = chosen(request.scope.get("subprotocols") or ())

    async def open(self) -> None:
        """Accept the WebSocket, and let the client know that somebody is there."""
        await self._request.message()  # websocket.connect
        self._request.started = True
        await self._send({"type": "websocket.accept", "subprotocol": self.protocol or None})
        first = STDOUT_CHANNEL if self.stdout else STDERR_CHANNEL if self.stderr else ERROR_CHANNEL
        await self._frame(first, b"")

    async def receive(self) -> Typed | Resized | Ended:
        """What the client does next; what makes no sense is passed over, as in Kubernetes."""
        while not self._gone:
            message = await self._request.message()
            if message["type"] == "websocket.disconnect":
                self._gone = True
                break
            channel, data = self._unframed(message)
            if channel == STDIN_CHANNEL and self.stdin:
                return Typed(data)
            if channel == CLOSE and self.protocol == V5 and data[:1] == bytes([STDIN_CHANNEL]):
                return Ended(gone=False)
            if channel == RESIZE_CHANNEL and self.tty:
                resized = size(data)
                if resized is not None:
                    return resized
        return Ended(gone=True)

    async def send(self, stream: str, data: bytes) -> None:
        """Output on its channel."""
        wanted = self.stdout if stream == STDOUT else self.stderr
        if wanted and data:
            await self._frame(STDOUT_CHANNEL if stream == STDOUT else STDERR_CHANNEL, data)

    async def close(self, status: dict[str, Any]) -> None:
        """Say how it ended, and hang up."""
        if self.protocol.startswith(("v4", "v5")):
            await self._frame(ERROR_CHANNEL, orjson.dumps(status))
        elif status["status"] != "Success":
            await self._frame(ERROR_CHANNEL, status["message"].encode())
        await self._send({"type": "websocket.close", "code": 1000})

    def _unframed(self, message: dict[str, Any]) -> tuple[int, bytes]:
        raw: bytes = message.get("bytes") or (message.get("text") or "").encode()
        if not raw:
            return -1, b""
        if "base64" not in self.protocol:
            return raw[0], raw[1:]
        try:
            return raw[0] - ord("0"), base64.b64decode(raw[1:])
        except binascii.Error:
            return -1, b""

    async def _frame(self, channel: int, data: bytes) -> None:
        if "base64" in self.protocol:
            await self._send({"type": "websocket.send", "text": f"{channel}{base64.b64encode(data).decode()}"})
        else:
            await self._send({"type": "websocket.send", "bytes": bytes([channel]) + data})

    async def _send(self, message: dict[str, Any]) -> None:
        """Send, unless the client has left."""
        try:
            if not self._gone:
                await self._request.send(message)
        except OSError:  # uvicorn's ClientDisconnected
            self._gone = True


def chosen(asked: Any) -> str:
    """The newest protocol that the client offers; none means the oldest. Raises StatusError (400)."""
    if not asked:
        return ""
    for protocol in PROTOCOLS:
        if protocol in asked:
            return protocol
    known = ", ".join(protocol for protocol in PROTOCOLS if protocol)
    raise errors.bad_request(f"requested protocol(s) are not supported: [{' '.join(asked)}]; supports [{known}]")
