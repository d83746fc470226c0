"""What came back, read without trust: nothing here raises because a server said something odd."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.driver.history import Exchange

Json = Any  # a JSON value


def at(value: Json, path: str, default: Json = None) -> Json:
    """The value under a dotted path (numbers index lists), or *default* wherever the path leads nowhere."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            if step not in value:
                return default
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return default
    return value


def _parse(data: bytes) -> Json:
    try:
        return json.loads(data)
    except (ValueError, UnicodeDecodeError):
        return None


@dataclass(frozen=True)
class Answer:
    """The answer to one request. ``sent`` is the object that was in the request, if one was."""

    exchange: Exchange
    sent: Json = None

    @property
    def code(self) -> int:
        """The HTTP status."""
        return self.exchange.status

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.exchange.status < 300

    @cached_property
    def body(self) -> Json:
        """The JSON of the body; None when it is none."""
        return _parse(self.exchange.answer)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.exchange.answer.decode(errors="replace")

    def at(self, path: str, default: Json = None) -> Json:
        """A value in the body."""
        return at(self.body, path, default)

    @property
    def reason(self) -> str:
        """The reason of a Status, or nothing."""
        return str(self.at("reason", "")) if self.at("kind") == "Status" else ""

    @property
    def message(self) -> str:
        """The message of a Status, or the text itself."""
        return str(self.at("message", "")) if self.at("kind") == "Status" else self.text

    @property
    def items(self) -> list[Json]:
        """The items of a list; none when it is no list."""
        items = self.at("items")
        return items if isinstance(items, list) else []

    @property
    def names(self) -> list[str]:
        """The names of the items, in order."""
        return [str(at(item, "metadata.name", "")) for item in self.items]

    @property
    def resource_version(self) -> str:
        """Of the object or of the list."""
        return str(self.at("metadata.resourceVersion", ""))

    @property
    def warning(self) -> str:
        """The Warning header."""
        return self.exchange.answer_headers.get("warning", "")

    def said(self) -> str:
        """What was answered, short, for findings."""
        if self.ok:
            return f"{self.code}"
        return f"{self.code} {self.reason or 'without a reason'}: {self.message[:300]}"
