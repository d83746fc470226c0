"""Go regular expressions: translated to Python's, refused with Go's words.

``compile_pattern`` parses the pattern as Go's regexp/syntax does (RE2 syntax, Perl classes) and writes the same expression for
``re``. Of scripts (``\\p{Greek}``) the characters are found by their Unicode names.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

from emulator.apiserver.schema.automaton import Automaton, explodes, oversized, tree_of

SHORT = 500  # characters within which the square of the length is no matter
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_SPACES = "\\t\\n\\f\\r "
_PLAIN_ESCAPES = {"a": "\\x07", "f": "\\f", "t": "\\t", "n": "\\n", "r": "\\r", "v": "\\x0b"}
_NAMED = {"\\x07": "\a", "\\f": "\f", "\\t": "\t", "\\n": "\n", "\\r": "\r", "\\x0b": "\v"}
_REPEAT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_GROUP_NAME = re.compile(r"\w+", re.ASCII)
_MOST_REPEATS = 1000
_ANCHORS = frozenset({"^", "\\Z", "\\A", "\\b", "\\B"})  # Python repeats these only inside a group


class Pattern:
    """A compiled pattern. Python's engine is quick where it is safe; elsewhere an automaton takes its place."""

    def __init__(self, quick: re.Pattern[str]) -> None:
        self._quick = quick
        self._explodes = explodes(tree_of(quick))
        self._safe: Automaton | None = None

    def search(self, text: str) -> bool:
        """Whether it matches anywhere in a text, in time linear in the text's length."""
        if not self._explodes and len(text) <= SHORT:
            return self._quick.search(text) is not None
        if self._safe is None:
            self._safe = Automaton(self._quick)
        return self._safe.search(text)


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Pattern:
    """The pattern for ``search``. Raises ValueError with Go's message: ``error parsing regexp: missing closing ]: `[` ``."""
    translated = _Translation(pattern).run()
    try:
        quick = re.compile(translated, re.ASCII)
    except re.error as error:
        raise _error(f"cannot be translated ({error})", pattern) from None
    if repetition := oversized(tree_of(quick)):
        raise _error("invalid repeat count", repetition)
    return Pattern(quick)


def _error(why: str, what: str) -> ValueError:
    return ValueError(f"error parsing regexp: {why}: `{what}`")


class _Translation:
    """One pass over a pattern, left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.out: list[str] = []
        self.closers: list[int] = [0]  # per open group: how many flag groups were opened inside it
        self.multiline: list[bool] = [False]
        self.repeatable = False  # whether the last thing may be repeated
        self.repeated_from = -1  # where a repetition began that ends here

    def run(self) -> str:
        pattern = self.pattern
        while self.at < len(pattern):
            char = pattern[self.at]
            if char == "(":
                self._open()
            elif char == ")":
                self._close()
            elif char == "[":
                self._emit(self._set())
            elif char in "*+?":
                self._repeat(char, 1)
            elif char == "{":
                self._braces()
            elif char == "\\":
                self._emit(self._escape())
            elif char == "|":
                self._mark("|", repeatable=False)
            elif char == "^":
                self._mark("^" if not self.multiline[-1] else "(?m:^)", repeatable=True)
            elif char == "$":
                self._mark("\\Z" if not self.multiline[-1] else "(?m:$)", repeatable=True)
            elif char == ".":
                self._mark(".", repeatable=True)
            else:
                self._mark(re.escape(char), repeatable=True)
        if len(self.closers) > 1:
            raise _error("missing closing )", pattern)
        return "".join(self.out) + ")" * self.closers[0]

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.repeatable, self.repeated_from = True, -1

    def _mark(self, text: str, *, repeatable: bool) -> None:
        self._emit(text)
        self.repeatable = repeatable
        self.at += 1

    def _open(self) -> None:
        rest = self.pattern[self.at :]
        if not rest.startswith("(?"):
            self._push("(", 1)
            return
        named = re.match(r"\(\?P?<([^>]*)>", rest)
        if rest.startswith(("(?P<", "(?<")):
            if named is None or not _GROUP_NAME.fullmatch(named.group(1)):
                raise _error("invalid named capture", named.group(0) if named else rest)
            self._push("(", len(named.group(0)))
            return
        flags = _FLAGS.match(rest)
        if flags is None or (flags.group(1) == "" and flags.group(2) is None and flags.group(3) == ")"):
            raise _error("invalid or unsupported Perl syntax", rest[:3])
        on, off = flags.group(1).replace("U", ""), (flags.group(2) or "").replace("U", "")
        multiline = ("m" in on or self.multiline[-1]) and "m" not in off
        on, off = on.replace("m", ""), off.replace("m", "")
        text = f"(?{''.join(sorted(set(on)))}{'-' + off if off else ''}:"
        if flags.group(3) == ":":
            self._push(text, len(flags.group(0)))
        else:
            self.out.append(text)
            self.closers[-1] += 1
            self.at += len(flags.group(0))
            self.repeatable, self.repeated_from = False, -1
        self.multiline[-1] = multiline

    def _push(self, text: str, size: int) -> None:
        self.out.append(text)
        self.closers.append(0)
        self.multiline.append(self.multiline[-1])
        self.at += size
        self.repeatable, self.repeated_from = False, -1

    def _close(self) -> None:
        if len(self.closers) == 1:
            raise _error("unexpected )", self.pattern)
        self.multiline.pop()
        self._mark(")" * (self.closers.pop() + 1), repeatable=True)

    def _braces(self) -> None:
        match = _REPEAT.match(self.pattern, self.at)
        if match is None:
            self._mark("\\{", repeatable=True)
            return
        low = int(match.group(1))
        high = low if match.group(2) is None else int(match.group(3)) if match.group(3) else None
        if low > _MOST_REPEATS or (high is not None and (high > _MOST_REPEATS or high < low)):
            raise _error("invalid repeat count", match.group(0))
        self._repeat(match.group(0), len(match.group(0)))

    def _repeat(self, text: str, size: int) -> None:
        begin, self.at = self.at, self.at + size
        if self.pattern.startswith("?", self.at):
            text += "?"
            self.at += 1
        if self.repeated_from >= 0:
            raise _error("invalid nested repetition operator", self.pattern[self.repeated_from : self.at])
        if not self.repeatable:
            raise _error("missing argument to repetition operator", text)
        if self.out[-1] in _ANCHORS:
            self.out[-1] = f"(?:{self.out[-1]})"
        self.out.append(text)
        self.repeated_from = begin

    def _escape(self, *, inside: bool = False) -> str:
        """The escape sequence here, as it is written outside or inside a set."""
        rest = self.pattern[self.at :]
        if len(rest) == 1:
            raise _error("trailing backslash at end of expression", "")
        char = rest[1]
        if char in "dDwW" or (char in "bBA" and not inside):
            self.at += 2
            return "\\" + char
        if char in "sS":
            self.at += 2
            if inside:
                return _SPACES if char == "s" else "\\S"
            return f"[{'^' if char == 'S' else ''}{_SPACES}]"
        if char == "z" and not inside:
            self.at += 2
            return "\\Z"
        if char == "Q" and not inside:
            end = rest.find("\\E", 2)
            quoted = rest[2:] if end < 0 else rest[2:end]
            self.at += len(rest) if end < 0 else end + 2
            return re.escape(quoted)
        if char in "pP":
            return self._property(rest, inside=inside)
        return self._character(rest, char)

    def _character(self, rest: str, char: str) -> str:
        if char in _PLAIN_ESCAPES:
            self.at += 2
            return _PLAIN_ESCAPES[char]
        number = re.match(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})", rest)
        if number is not None:
            self.at += len(number.group(0))
            code = int(number.group(1) or number.group(2), 16)
            if code > sys.maxunicode:
                raise _error("invalid escape sequence", number.group(0))
            return re.escape(chr(code))
        octal = re.match(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})", rest)
        if octal is not None:
            self.at += len(octal.group(0))
            return re.escape(chr(int(octal.group(1), 8)))
        if ord(char) < 0x80 and not char.isalnum():
            self.at += 2
            return re.escape(char)
        raise _error("invalid escape sequence", rest[:2])

    def _property(self, rest: str, *, inside: bool) -> str:
        match = re.match(r"\\([pP])(?:\{(\^?)(\w+)\}|(\w))", rest)
        if match is None:
            raise _error("invalid character class range", rest[:3] if rest[2:3] != "{" else rest)
        name = match.group(3) or match.group(4)
        ranges = _unicode_class(name)
        if not ranges:
            raise _error("invalid character class range", match.group(0))
        self.at += len(match.group(0))
        negative = (match.group(1) == "P") != (match.group(2) == "^")
        if inside:
            return _negated(ranges) if negative else ranges
        return f"[{'^' if negative else ''}{ranges}]"

    def _set(self) -> str:
        """A set in brackets, from ``[`` to ``]``."""
        begin = self.at
        self.at += 1
        out = ["["]
        if self.pattern.startswith("^", self.at):
            out.append("^")
            self.at += 1
        first = True
        while first or not self.pattern.startswith("]", self.at):
            if self.at >= len(self.pattern):
                raise _error("missing closing ]", self.pattern[begin:])
            first = False
            posix = re.match(r"\[:(\^?)(\w+):\]", self.pattern[self.at :])
            if posix is not None:
                if posix.group(2) not in _POSIX:
                    raise _error("invalid character class range", posix.group(0))
                self.at += len(posix.group(0))
                ranges = _POSIX[posix.group(2)]
                out.append(_negated(ranges) if posix.group(1) else ranges)
                continue
            out.append(self._range())
        self.at += 1
        return "".join(out) + "]"

    def _range(self) -> str:
        begin = self.at
        low = self._one()
        if not self.pattern.startswith("-", self.at) or self.pattern.startswith("-]", self.at) or len(low) > 1:
            return low if len(low) > 1 else re.escape(low)
        self.at += 1
        if self.at >= len(self.pattern):
            raise _error("missing closing ]", self.pattern[self.pattern.rfind("[", 0, begin + 1) :])
        high = self._one()
        if len(high) > 1 or high < low:
            raise _error("invalid character class range", self.pattern[begin : self.at])
        return f"{re.escape(low)}-{re.escape(high)}"

    def _one(self) -> str:
        """One character (as it is), or a class (ready for a set, longer than one character)."""
        char = self.pattern[self.at]
        if char != "\\":
            self.at += 1
            return char
        text = self._escape(inside=True)
        if text in ("\\d", "\\D", "\\w", "\\W", "\\S", _SPACES) or (len(text) > 4 and not text.startswith("\\x")):
            return text
        return _NAMED.get(text, text[-1])


@lru_cache(maxsize=64)
def _unicode_class(name: str) -> str:
    """The characters of a general category or a script, as ranges for a set; empty when there is none such."""
    if name == "Any":
        return "\\x00-\\U0010ffff"
    if len(name) <= 2:
        wanted = [code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith(name)]
    else:
        prefix = "CJK UNIFIED" if name == "Han" else name.upper().replace("_", " ")
        wanted = [code for code in range(sys.maxunicode + 1) if unicodedata.name(chr(code), "").startswith(prefix)]
    return _ranges(wanted)


@lru_cache(maxsize=64)
def _negated(ranges: str) -> str:
    members = re.compile(f"[{ranges}]", re.ASCII)
    return _ranges([code for code in range(sys.maxunicode + 1) if not members.match(chr(code))])


def _ranges(codes: list[int]) -> str:
    out: list[str] = []
    position = 0
    while position < len(codes):
        start = position
        while position + 1 < len(codes) and codes[position + 1] == codes[position] + 1:
            position += 1
        out.append(f"\\U{codes[start]:08x}-\\U{codes[position]:08x}")
        position += 1
    return "".join(out)
