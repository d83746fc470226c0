"""Reads the events of a watch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.driver.answers import Json, at
from conformance.driver.lane import Stream


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a watch. ``type`` is MALFORMED when the line is no event."""

    type: str
    object: Json

    @property
    def name(self) -> str:
        """The object's name."""
        return str(at(self.object, "metadata.name", ""))

    @property
    def resource_version(self) -> str:
        """The object's version."""
        return str(at(self.object, "metadata.resourceVersion", ""))


class Watching:
    """A watch that is being read; ``events`` has what came so far, bookmarks included."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.events: list[Event] = []

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self._stream.status

    @property
    def ended(self) -> str:
        """Why no more comes: server, client, silent, broken; empty while it runs."""
        return self._stream.ended

    def refusal(self, within: float) -> bytes:
        """The body of an answer that is no watch."""
        return self._stream.next(within) or b""

    def next(self, within: float) -> Event | None:
        """The next event, or None when none comes in time or the watch has ended."""
        line = self._stream.next(within)
        if line is None:
            return None
        event = _event(line)
        self.events.append(event)
        return event

    def until(self, enough: Callable[[Event], bool], within: float) -> bool:
        """Read until an event is enough; False when the watch falls silent for *within* seconds, or ends, before that."""
        while (event := self.next(within)) is not None:
            if enough(event):
                return True
        return False

    def rest(self, within: float) -> list[Event]:
        """Read whatever still comes."""
        while self.next(within) is not None:
            pass
        return self.events


def _event(line: bytes) -> Event:
    try:
        value: Any = json.loads(line)
    except ValueError:
        return Event("MALFORMED", line.decode(errors="replace"))
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return Event("MALFORMED", value)
    return Event(value["type"], value.get("object"))
