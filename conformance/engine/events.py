"""The event log: JSON lines, each with the digest of the line before it. Everything else about a run is computed from it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

FORMAT = "michelangelo-conformance-events/1"
GENESIS = "0" * 64
Event = dict[str, Any]


class LogError(Exception):
    """A log that cannot be trusted: cut short, edited, or of another format. Says which line, and what is wrong."""


def _line(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def digest_of(line: bytes) -> str:
    """The digest that the next line carries."""
    return hashlib.sha256(line).hexdigest()


class EventLog:
    """Writes events, in memory and (when it has a path) to a file, as they come."""

    def __init__(self, path: Path | None = None) -> None:
        self.events: list[Event] = []
        self.head = GENESIS
        self._file: IO[bytes] | None = path.open("wb") if path is not None else None
        self._lock = threading.Lock()

    def add(self, kind: str, **content: Any) -> Event:
        """Append one."""
        with self._lock:
            event: Event = {"n": len(self.events), "prev": self.head, "event": kind, **content}
            line = _line(event)
            self.head = digest_of(line)
            self.events.append(event)
            if self._file is not None:
                self._file.write(line)
                if kind != "case":
                    self._file.flush()
            return event

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read(lines: Iterable[bytes]) -> tuple[list[Event], str]:
    """The events of a log and the digest of its last line. Raises LogError unless it is whole and unedited."""
    events: list[Event] = []
    head = GENESIS
    for number, line in enumerate(lines):
        try:
            event = json.loads(line)
        except ValueError:
            raise LogError(f"line {number + 1} is no JSON: the log is cut short or edited") from None
        if not isinstance(event, dict) or event.get("n") != number:
            raise LogError(f"line {number + 1} should have number {number}: a line is missing, doubled or moved")
        if event.get("prev") != head:
            raise LogError(f"line {number + 1} does not follow line {number}: something before it was edited")
        if _line(event) != line:
            raise LogError(f"line {number + 1} is not written canonically: it was edited")
        events.append(event)
        head = digest_of(line)
    if not events:
        raise LogError("the log is empty")
    if events[0].get("event") != "run" or events[0].get("format") != FORMAT:
        raise LogError(f"the log does not begin with a run of format {FORMAT}")
    if events[-1].get("event") != "end":
        raise LogError("the log has no end: the run was cut short")
    return events, head


def load(path: Path) -> tuple[list[Event], str]:
    """The events of a log file. Raises LogError, OSError."""
    with path.open("rb") as file:
        return read(file)
