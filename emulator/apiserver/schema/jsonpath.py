"""Kubernetes' JSONPath, as printer columns and selectable fields use it: fields, indices, slices, wildcards, filters.

Source of the rules: k8s.io/client-go/util/jsonpath. ``range`` and text around expressions belong to kubectl and are not here.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from emulator.apiserver.apimachinery.fields import go_float, go_json

Step = Callable[[list[Any], Any], list[Any]]
"""From the values so far (and the root) to the next values."""

_INDEX = re.compile(r"\[(-?\d*)(:(-?\d*))?(:(\d*))?\]")
_FIELD = re.compile(r"(?:\\.|[^\\ .,\[\]$@{}|<>!=()'\"])+")
_QUOTED_KEY = re.compile(r"\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
_COMPARISON = re.compile(r"^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$", re.DOTALL)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class JsonPath:
    """One compiled expression (``.spec.parts[0].name``, with or without braces)."""

    def __init__(self, text: str) -> None:
        """Compile *text*. Raises ValueError when it is no JSONPath."""
        self.source = text
        self._steps = _compile(text[1:-1] if text.startswith("{") and text.endswith("}") else text)

    def find(self, obj: Any) -> list[Any]:
        """The values it leads to; missing fields lead nowhere. Raises ValueError for an index beyond the list."""
        values = [obj]
        for step in self._steps:
            values = step(values, obj)
        return values

    def first(self, obj: Any) -> Any:
        """The first value, or None."""
        try:
            values = self.find(obj)
        except ValueError:
            return None
        return values[0] if values else None

    def text(self, obj: Any) -> str:
        """The first value as text; empty when there is none."""
        value = self.first(obj)
        return "" if value is None else as_text(value)


@lru_cache(maxsize=4096)
def compiled(text: str) -> JsonPath:
    """The expression of a text, compiled once. Raises ValueError."""
    return JsonPath(text)


def as_text(value: Any) -> str:
    """A value as the server prints it: strings bare, objects and lists as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return go_json(value)
    return go_float(value) if isinstance(value, float) else str(value)


def _compile(text: str) -> list[Step]:
    steps: list[Step] = []
    at = 0
    if text.startswith(("$", "@")):
        at = 1
    elif text and text[0] not in ".[":
        text = "." + text
    while at < len(text):
        if text.startswith("..", at):
            steps.append(_descend)
            at += 1 if text[at + 2 : at + 3] != "[" else 2
        elif text[at] == ".":
            at = _field(text, at + 1, steps)
        elif text[at] == "[":
            at = _bracket(text, at, steps)
        elif text[at] in "$@" or text[at].isspace():
            at += 1
        else:
            raise ValueError(f"unrecognized character in action: U+{ord(text[at]):04X} '{text[at]}'")
    return steps


def _field(text: str, at: int, steps: list[Step]) -> int:
    if text.startswith("*", at):
        steps.append(_every)
        return at + 1
    match = _FIELD.match(text, at)
    if match is None:
        return at  # a lone dot is the object itself
    steps.append(_named(re.sub(r"\\(.)", r"\1", match.group(0))))
    return match.end()


def _bracket(text: str, at: int, steps: list[Step]) -> int:
    quoted = _QUOTED_KEY.match(text, at)
    if quoted is not None:
        name = quoted.group(1) if quoted.group(1) is not None else quoted.group(2)
        steps.append(_named(re.sub(r"\\(.)", r"\1", name)))
        return quoted.end()
    index = _INDEX.match(text, at)
    if index is not None and index.group(0) != "[]":
        steps.append(_slice(index))
        return index.end()
    end = _closing(text, at)
    inner = text[at + 1 : end].strip()
    if inner == "*":
        steps.append(_every)
    elif inner.startswith("?(") and inner.endswith(")"):
        steps.append(_filter(inner[2:-1].strip()))
    elif "," in inner:
        steps.append(_union([_compile(f"[{part.strip()}]") for part in inner.split(",")]))
    elif inner:
        raise ValueError(f"invalid array index {inner}")
    else:
        raise ValueError("invalid array index []")
    return end + 1


def _closing(text: str, at: int) -> int:
    """Where the bracket that opens at *at* closes."""
    depth, quote, position = 0, "", at
    while position < len(text):
        char = text[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    raise ValueError("unterminated array" if not quote else "unterminated quoted string")


def _named(name: str) -> Step:
    return lambda values, root: [value[name] for value in values if isinstance(value, dict) and name in value]


def _every(values: list[Any], root: Any) -> list[Any]:
    return [item for value in values for item in _children(value)]


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (value[name] for name in sorted(value))
    elif isinstance(value, list):
        yield from value


def _descend(values: list[Any], root: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        found.append(value)
        found.extend(_descend(list(_children(value)), root))
    return found


def _slice(match: re.Match[str]) -> Step:
    low, colon, high, step = match.group(1), match.group(2), match.group(3), match.group(5)

    def take(values: list[Any], root: Any) -> list[Any]:
        found: list[Any] = []
        for value in values:
            if value is None:
                continue
            if not isinstance(value, list):
                raise ValueError(f"{as_text(value)} is not array or slice")
            if colon is None:
                position = int(low)
                if not -len(value) <= position < len(value):
                    raise ValueError(f"array index out of bounds: index {position}, length {len(value)}")
                found.append(value[position])
            else:
                bounds = slice(int(low) if low else None, int(high) if high else None, int(step) if step else None)
                found.extend(value[bounds])
        return found

    return take


def _union(branches: list[list[Step]]) -> Step:
    def take(values: list[Any], root: Any) -> list[Any]:
        found: list[Any] = []
        for steps in branches:
            part = values
            for step in steps:
                part = step(part, root)
            found.extend(part)
        return found

    return take


def _filter(condition: str) -> Step:
    match = _COMPARISON.match(condition)
    left = _operand(match.group(1) if match else condition)
    right = _operand(match.group(3)) if match else None
    compare = _COMPARE[match.group(2)] if match else None

    def holds(item: Any, root: Any) -> bool:
        one = left(item, root)
        if right is None or compare is None:
            return bool(one)
        other = right(item, root)
        if not one or not other:
            return False
        try:
            return compare(one[0], other[0])
        except TypeError:
            return False

    return lambda values, root: [
        item for value in values if isinstance(value, (list, dict)) for item in _children(value) if holds(item, root)
    ]


def _operand(text: str) -> Callable[[Any, Any], list[Any]]:
    text = text.strip()
    if text.startswith(("@", "$")):
        steps = _compile(text)
        absolute = text.startswith("$")

        def follow(item: Any, root: Any) -> list[Any]:
            values = [root if absolute else item]
            for step in steps:
                values = step(values, root)
            return values

        return follow
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        constant: Any = re.sub(r"\\(.)", r"\1", text[1:-1])
    else:
        try:
            constant = json.loads(text)
        except ValueError:
            raise ValueError(f"unrecognized identifier {text}") from None
    return lambda item, root: [constant]
