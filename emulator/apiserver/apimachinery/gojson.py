"""What Go's encoding/json says about text that is no JSON: a scanner for the error path only."""

from __future__ import annotations

_SPACE = b" \t\r\n"
_LITERALS = {ord("t"): b"true", ord("f"): b"false", ord("n"): b"null"}


class GoJsonError(ValueError):
    """Text that is no JSON."""


def quote(byte: int) -> str:
    """A character as Go's messages quote it."""
    char = chr(byte)
    if char == "'":
        return "'\\''"
    if char == '"':
        return "'\"'"
    if char in "\n\r\t\\":
        return {"\n": "'\\n'", "\r": "'\\r'", "\t": "'\\t'", "\\": "'\\\\'"}[char]
    if not char.isprintable():
        return f"'\\u{byte:04x}'" if byte >= 0x80 else f"'\\x{byte:02x}'"
    return f"'{char}'"


def explain(body: bytes) -> str:
    """Go's message for text that cannot be parsed."""
    try:
        scanner = _Scanner(body)
        scanner.value("looking for beginning of value")
        scanner.space()
        if scanner.at < len(body):
            scanner.bad("after top-level value")
    except GoJsonError as error:
        return str(error)
    except RecursionError:
        return "exceeded max depth"
    return "invalid JSON"


class _Scanner:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def bad(self, context: str) -> None:
        """Complain about the current character, or the end."""
        if self.at >= len(self.body):
            raise GoJsonError("unexpected end of JSON input")
        raise GoJsonError(f"invalid character {quote(self.body[self.at])} {context}")

    def space(self) -> None:
        while self.at < len(self.body) and self.body[self.at] in _SPACE:
            self.at += 1

    def peek(self) -> int:
        self.space()
        return self.body[self.at] if self.at < len(self.body) else -1

    def value(self, context: str) -> None:
        byte = self.peek()
        if byte == ord("{"):
            self.members()
        elif byte == ord("["):
            self.items()
        elif byte == ord('"'):
            self.string()
        elif byte in _LITERALS:
            self.literal(_LITERALS[byte])
        elif byte == ord("-") or 48 <= byte <= 57:
            self.number()
        else:
            self.bad(context)

    def members(self) -> None:
        self.at += 1
        if self.peek() == ord("}"):
            self.at += 1
            return
        while True:
            if self.peek() != ord('"'):
                self.bad("looking for beginning of object key string")
            self.string()
            if self.peek() != ord(":"):
                self.bad("after object key")
            self.at += 1
            self.value("looking for beginning of value")
            byte = self.peek()
            if byte == ord("}"):
                self.at += 1
                return
            if byte != ord(","):
                self.bad("after object key:value pair")
            self.at += 1

    def items(self) -> None:
        self.at += 1
        if self.peek() == ord("]"):
            self.at += 1
            return
        while True:
            self.value("looking for beginning of value")
            byte = self.peek()
            if byte == ord("]"):
                self.at += 1
                return
            if byte != ord(","):
                self.bad("after array element")
            self.at += 1

    def string(self) -> None:
        self.at += 1
        while True:
            if self.at >= len(self.body):
                self.bad("")
            byte = self.body[self.at]
            if byte == ord('"'):
                self.at += 1
                return
            if byte == ord("\\"):
                self.at += 1
                self.escape()
            elif byte < 0x20:
                self.bad("in string literal")
            else:
                self.at += 1

    def escape(self) -> None:
        if self.at >= len(self.body):
            self.bad("")
        byte = self.body[self.at]
        if byte == ord("u"):
            for _ in range(4):
                self.at += 1
                if self.at >= len(self.body) or self.body[self.at] not in b"0123456789abcdefABCDEF":
                    self.bad("in \\u hexadecimal character escape")
            self.at += 1
        elif byte in b'bfnrt\\/"':
            self.at += 1
        else:
            self.bad("in string escape code")

    def literal(self, word: bytes) -> None:
        for position, byte in enumerate(word):
            if position == 0:
                self.at += 1
                continue
            if self.at >= len(self.body) or self.body[self.at] != byte:
                self.bad(f"in literal {word.decode()} (expecting '{chr(byte)}')")
            self.at += 1

    def number(self) -> None:
        if self.body[self.at] == ord("-"):
            self.at += 1
            if self.at >= len(self.body) or not 48 <= self.body[self.at] <= 57:
                self.bad("in numeric literal")
        if self.body[self.at] == ord("0"):
            self.at += 1
        else:
            self.digits("in numeric literal")
        if self.at < len(self.body) and self.body[self.at] == ord("."):
            self.at += 1
            self.digits("after decimal point in numeric literal")
        if self.at < len(self.body) and self.body[self.at] in b"eE":
            self.at += 1
            if self.at < len(self.body) and self.body[self.at] in b"+-":
                self.at += 1
            self.digits("in exponent of numeric literal")

    def digits(self, context: str) -> None:
        if self.at >= len(self.body) or not 48 <= self.body[self.at] <= 57:
            self.bad(context)
        while self.at < len(self.body) and 48 <= self.body[self.at] <= 57:
            self.at += 1
