"""How the bodies of a call are written: YARPC registers each procedure for protobuf and for JSON, and knows it by no other encoding."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf.message import DecodeError, Message

from emulator.michelangelo.rpc.convert import from_json, to_json

ENCODINGS = ("proto", "json")


def decode(encoding: str, request_class: Any, body: bytes) -> Any:
    """A request. Raises ValueError when the body is none."""
    try:
        if encoding == "proto":
            return request_class.FromString(body)
        request = request_class()
        from_json(request, json.loads(body or b"{}"))
    except DecodeError as error:
        raise ValueError(str(error)) from None
    return request


def encode(encoding: str, answer: Message) -> bytes:
    """An answer's body."""
    return answer.SerializeToString() if encoding == "proto" else json.dumps(to_json(answer)).encode()
