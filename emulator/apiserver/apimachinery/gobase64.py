"""Base64 as Go's encoding/base64 reads it: line ends are skipped, everything else out of place is an error at a position."""

from __future__ import annotations

import base64

_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def canonical(text: str) -> str:
    """The same bytes as the encoder writes them. Raises ValueError with Go's text."""
    if len(text) % 4 == 0 and _ALPHABET.issuperset(text.rstrip("=")) and text.count("=") <= 2:
        if "=" not in text[:-2] and not (text[-2:-1] == "=" and text[-1] != "="):
            return text if "=" not in text else base64.b64encode(base64.b64decode(text)).decode()
    position = _error(text)
    if position is not None:
        raise ValueError(f"illegal base64 data at input byte {position}")
    return base64.b64encode(base64.b64decode(text)).decode()


def _error(text: str) -> int | None:
    """Where decoding fails, or None."""
    at, size = 0, len(text)
    while True:
        quantum = 0
        while quantum < 4:
            if at == size:
                return None if quantum == 0 else at - quantum
            char = text[at]
            at += 1
            if char in "\r\n":
                continue
            if char in _ALPHABET:
                quantum += 1
                continue
            if char != "=" or quantum < 2:
                return at - 1
            return _after_padding(text, at, quantum)


def _after_padding(text: str, at: int, quantum: int) -> int | None:
    size = len(text)
    if quantum == 2:
        while at < size and text[at] in "\r\n":
            at += 1
        if at == size:
            return size
        if text[at] != "=":
            return at - 1
        at += 1
    while at < size and text[at] in "\r\n":
        at += 1
    return at if at < size else None
