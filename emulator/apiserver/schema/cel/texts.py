"""CEL's functions of strings: cel-go's strings library, version 2."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from emulator.apiserver.schema.cel.values import CelError

_QUOTED = str.maketrans(
    {char: f"\\{letter}" for letter, char in zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)} | {"\\": "\\\\", '"': '\\"'}
)
_CLAUSE = re.compile(r"%(\.\d+)?(.?)", re.DOTALL)
_KINDS = {"d": "integers", "f": "doubles", "e": "doubles", "b": "integers and bools", "o": "integers"}


def quote(text: str) -> str:
    """A string as a literal."""
    return f'"{text.translate(_QUOTED)}"'


def substring(text: str, start: int, end: int | None = None) -> str:
    """The characters from *start* to before *end*. Raises CelError."""
    end = len(text) if end is None else end
    for at in (start, end):
        if not 0 <= at <= len(text):
            raise CelError(f"index out of range: {at}")
    if start > end:
        raise CelError(f"invalid substring range. start: {start}, end: {end}")
    return text[start:end]


def character(text: str, at: int) -> str:
    """One character; nothing just after the last. Raises CelError."""
    if not 0 <= at <= len(text):
        raise CelError(f"index out of range: {at}")
    return text[at : at + 1]


def index_of(items: Any, wanted: Any, start: int = 0) -> int:
    """Where a string or an item first stands, from *start* on; -1 for nowhere. Raises CelError."""
    if not isinstance(items, str):
        return next((at for at, item in enumerate(items) if item == wanted), -1)
    if wanted == "":
        return start
    if not 0 <= start <= len(items):
        raise CelError(f"index out of range: {start}")
    return items.find(wanted, start)


def last_index_of(items: Any, wanted: Any, last: int | None = None) -> int:
    """Where a string or an item last stands, no later than *last*; -1 for nowhere. Raises CelError."""
    if not isinstance(items, str):
        return next((at for at in range(len(items) - 1, -1, -1) if items[at] == wanted), -1)
    if last is None:
        return items.rfind(wanted)
    if wanted == "":
        return last
    if not 0 <= last <= len(items):
        raise CelError(f"index out of range: {last}")
    return items.rfind(wanted, 0, last + len(wanted))


def split(text: str, by: str, limit: int = -1) -> list[str]:
    """At most *limit* pieces; the last has what is left. A negative limit is none."""
    if limit == 0:
        return []
    if by:
        return text.split(by, limit - 1 if limit > 0 else -1)
    pieces = list(text)
    return [*pieces[: limit - 1], "".join(pieces[limit - 1 :])] if 0 < limit < len(pieces) else pieces


def replace(text: str, old: str, new: str, limit: int = -1) -> str:
    """The first *limit* occurrences replaced, all by default."""
    return text.replace(old, new, limit if limit >= 0 else -1)


def formatted(text: str, arguments: list[Any], shown: Any) -> str:
    """``text.format(arguments)``; *shown* gives a value as ``%s`` prints it. Raises CelError."""
    values = iter(enumerate(arguments))
    return _CLAUSE.sub(lambda clause: _clause(clause, values, len(arguments), shown), text)


def _clause(clause: re.Match[str], values: Iterator[tuple[int, Any]], count: int, shown: Any) -> str:
    precision, verb = int((clause.group(1) or ".6")[1:]), clause.group(2)
    if verb == "%":
        return "%"
    if not verb:
        raise CelError("unexpected end of string")
    if verb not in "sdfexXob":
        raise CelError(f'could not parse formatting clause: unrecognized formatting clause "{verb}"')
    try:
        _, value = next(values)
    except StopIteration:
        raise CelError(f"index {count} out of range") from None
    if verb == "s":
        return str(shown(value))
    if verb in "xX" and isinstance(value, (str, bytes)):
        digits = (value.encode() if isinstance(value, str) else value).hex()
        return digits if verb == "x" else digits.upper()
    number = isinstance(value, (int, float)) and (not isinstance(value, bool) or verb == "b")
    if verb in "fe" and number and isinstance(value, float):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return f"{value:.{precision}{verb}}"
    if verb == "d" and number:
        return str(value)
    if verb in "xXob" and number and isinstance(value, int):
        return f"{int(value):{verb}}"
    wanted = _KINDS.get(verb, "integers, byte buffers, and strings")
    raise CelError(f"error during formatting: only {wanted} can be formatted with %{verb}, was given {_named(value)}")


def _named(value: Any) -> str:
    from emulator.apiserver.schema.cel.functions import type_name

    return type_name(value)
