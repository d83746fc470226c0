"""CEL's literals: what the lexer takes for a string, and what a literal is worth. Errors are worded as cel-go's."""

from __future__ import annotations

import math
import re

_ESCAPE = r"""\\(?:[abfnrtv"'\\?`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})"""  # others are no string
STRING = rf"""[bB]?[rR](?:\"\"\".*?\"\"\"|'''.*?'''|"[^"\r\n]*"|'[^'\r\n]*')
    |[bB]?(?:\"\"\"(?:{_ESCAPE}|[^\\])*?\"\"\"|'''(?:{_ESCAPE}|[^\\])*?'''
        |"(?:{_ESCAPE}|[^"\\\r\n])*"|'(?:{_ESCAPE}|[^'\\\r\n])*')"""
_HALF = r"\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?"  # an escape that ends too soon
_BEGUN = re.compile(rf"""[bB]?(?:"(?:{_ESCAPE}|[^"\\\r\n])*|'(?:{_ESCAPE}|[^'\\\r\n])*)(?:{_HALF})?[^\r\n]?""")
_PREFIX = re.compile("[bBrR]*")
_ESCAPED = re.compile(_ESCAPE, re.DOTALL)
_CHARACTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REPLACEMENT = "\ufffd"
_WORTH = {"int": (-(1 << 63), 1 << 63), "uint": (0, 1 << 64)}


class Uint(int):
    """An unsigned integer."""


def begun(text: str, at: int) -> str:
    """What the lexer does not recognise at a place: a character, or a string up to where it is none any more."""
    match = _BEGUN.match(text, at)
    return match.group() if match is not None else text[at]


def number(sort: str, text: str) -> int | float:
    """The worth of an ``int``, ``uint`` or ``float``. Raises ValueError for what does not fit into 64 bits."""
    if sort == "float":
        double = float(text)
        if math.isinf(double):
            raise ValueError("invalid double literal")
        return double
    digits = text.rstrip("uU")
    base = 16 if "0x" in digits else 10
    low, high = _WORTH[sort]
    # Python refuses to convert more than a few thousand digits; what has more than 30 significant ones does not fit anyway.
    significant = digits.lstrip("-").removeprefix("0x").lstrip("0")
    if len(significant) > 30 or not low <= (value := int(digits, base)) < high:
        raise ValueError(f"invalid {sort} literal")
    return Uint(value) if sort == "uint" else value


def string(text: str) -> str | bytes:
    """The worth of a string or of bytes, quotes and all. Raises ValueError for a code point that there is not."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match = _PREFIX.match(text)
    prefix = match.group().lower() if match is not None else ""
    quoted = text[len(prefix) :]
    size = 3 if quoted[:3] in ('"""', "'''") else 1
    body = quoted[size:-size]
    if "b" not in prefix:
        return body if "r" in prefix else _ESCAPED.sub(lambda found: _character(found.group()[1:]), body)
    if "r" in prefix:
        return body.encode()
    worth, done = b"", 0
    for found in _ESCAPED.finditer(body):
        worth += body[done : found.start()].encode() + _octets(found.group()[1:])
        done = found.end()
    return worth + body[done:].encode()


def _character(escape: str) -> str:
    code = _code(escape)
    if code is None:
        return _CHARACTERS.get(escape, escape)
    if code > 0x10FFFF:
        raise ValueError("unable to unescape string")
    return _REPLACEMENT if 0xD800 <= code <= 0xDFFF else chr(code)


def _octets(escape: str) -> bytes:
    """An escape within bytes: ``x`` and octal ones are bytes, ``u`` ones characters."""
    code = _code(escape)
    if code is not None and escape[0] not in "uU":
        return bytes([code])
    return _REPLACEMENT.encode() if code is not None and code > 0x10FFFF else _character(escape).encode()


def _code(escape: str) -> int | None:
    """The number of a numeric escape."""
    if len(escape) == 1:
        return None
    return int(escape[1:], 16) if escape[0] in "xXuU" else int(escape, 8)
