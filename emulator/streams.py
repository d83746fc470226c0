"""Streams of Pods: what an API server asks of the node that runs them. Neither knows the other; a plane puts them together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Object = dict[str, Any]
STDOUT, STDERR = "stdout", "stderr"


class StreamError(Exception):
    """What a kubelet answers instead of a stream: an HTTP code and a text."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class LogOptions:
    """Which part of a container's output is wanted (core/v1 PodLogOptions)."""

    container: str
    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail_lines: int | None = None
    limit_bytes: int | None = None
    since: datetime | None = None
    since_seconds: int | None = None
    stream: str = ""  # stdout or stderr; empty: both


@dataclass(frozen=True, slots=True)
class Typed:
    """Bytes for a process' standard input."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """The client's terminal has another size."""

    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The client sends no more input; *gone* when it has left altogether."""

    gone: bool


class Session(Protocol):
    """One client at the streams of one process."""

    stdin: bool
    stdout: bool
    stderr: bool
    tty: bool

    async def receive(self) -> Typed | Resized | Ended:
        """What the client does next; for ever ``Ended(gone=True)`` once it has left."""
        ...

    async def send(self, stream: str, data: bytes) -> None:
        """Output for the client, as fast as it takes it. Output that it did not ask for is dropped."""
        ...


class PodStreams(Protocol):
    """A node's answers about the Pods that it runs."""

    node: str  # its name

    def log(self, pod: Object, options: LogOptions) -> AsyncGenerator[bytes, None]:
        """A container's output so far, or from now on. An empty part comes first, at once, or a StreamError."""
        ...

    async def attach(self, pod: Object, container: str, session: Session) -> None:
        """Join a client to a container's own process until that ends or the client leaves. Raises StreamError."""
        ...

    async def execute(self, pod: Object, container: str, command: Sequence[str], session: Session) -> int:
        """Run one more process in a container; the answer is its exit code. Raises StreamError."""
        ...
