"""A lane: one speaker's exchanges in order, recorded as they happen, or answered again from a recording."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from conformance.driver.errors import HarnessError, TargetError
from conformance.driver.history import KEPT_HEADERS, Exchange, History
from conformance.driver.interrupt import INTERRUPT
from conformance.driver.stopwatch import DOOR, SPENT
from conformance.driver.wire import Lines, Origin, Question

ENDED = "conformance-ended"  # how a watch ended, kept among its answer's headers
NO_ANSWER = 0
Act = Callable[[], tuple[int, bytes]]


class Stream(Protocol):
    """A watch being read."""

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""

    @property
    def ended(self) -> str:
        """Why there are no more lines: server, client, silent, or broken: ...; empty while it runs."""

    def next(self, within: float) -> bytes | None:
        """The next line, or None."""


class Lane(Protocol):
    """Where a client speaks. All doors of a speaker share one."""

    @property
    def name(self) -> str:
        """Unique in its world."""

    @property
    def history(self) -> History:
        """Where it records."""

    @property
    def answered_at(self) -> float:
        """When the last answer came: deadlines are measured by it, so that a replay decides alike."""

    def ask(self, door: str, origin: Origin | None, identity: str, question: Question) -> Exchange:
        """Ask and record. Raises TargetError when no answer comes (recorded, too)."""

    def stream(
        self, door: str, origin: Origin | None, identity: str, question: Question
    ) -> AbstractContextManager[Stream]:
        """A context manager that gives a Stream and records it when it closes."""

    def call(self, door: str, identity: str, method: str, path: str, body: bytes, act: Act) -> Exchange:
        """Do something that is no HTTP (gRPC, a program) and record its outcome."""

    def pause(self, seconds: float) -> None:
        """Wait between two attempts."""


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Those answer headers that a check may look at."""
    return {name: value for name, value in headers.items() if name in KEPT_HEADERS}


def _as_it_is(path: str, answer: bytes) -> bytes:
    return answer


class LiveLane:
    """Speaks to a target and records."""

    def __init__(
        self, name: str, history: History, began: float, redact: Callable[[str, bytes], bytes] = _as_it_is
    ) -> None:
        self.name = name
        self.history = history
        self.answered_at = 0.0
        self._began = began
        self._redact = redact

    def _elapsed(self) -> float:
        return round(time.monotonic() - self._began, 6)

    def pause(self, seconds: float) -> None:
        """Sleep."""
        INTERRUPT.wait(seconds)

    def _record(
        self,
        number: int,
        door: str,
        identity: str,
        question: Question,
        asked: float,
        status: int,
        answer: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        exchange = Exchange(
            number=number,
            lane=self.name,
            door=door,
            identity=identity,
            method=question.method,
            path=question.path,
            headers={k: v for k, v in question.headers.items() if k.lower() != "user-agent"},
            body=question.body,
            status=status,
            answer_headers=headers or {},
            answer=answer,
            asked_at=asked,
            answered_at=self._elapsed(),
        )
        self.answered_at = exchange.answered_at
        SPENT.add(f"{DOOR}{door}", exchange.answered_at - asked)
        self.history.add(exchange.redacted(self._redact(question.path, answer)))
        return exchange

    def ask(self, door: str, origin: Origin | None, identity: str, question: Question) -> Exchange:
        """Ask and record. Raises TargetError when no answer comes."""
        assert origin is not None
        INTERRUPT.heed()
        number, asked = self.history.next_number(self.name), self._elapsed()
        try:
            reply = origin.ask(question)
        except TargetError as error:
            self._record(number, door, identity, question, asked, NO_ANSWER, str(error).encode())
            raise
        return self._record(number, door, identity, question, asked, reply.status, reply.body, kept(reply.headers))

    @contextmanager
    def stream(self, door: str, origin: Origin | None, identity: str, question: Question) -> Iterator[Stream]:
        """Open a watch; it is recorded with all it delivered when it closes. Raises TargetError when no answer comes."""
        assert origin is not None
        INTERRUPT.heed()
        number, asked = self.history.next_number(self.name), self._elapsed()
        try:
            lines = _Heard(origin.lines(question))
        except TargetError as error:
            self._record(number, door, identity, question, asked, NO_ANSWER, str(error).encode())
            raise
        try:
            yield lines
        finally:
            lines.close()
            headers = {**kept(lines.headers), ENDED: lines.ended}
            self._record(number, door, identity, question, asked, lines.status, b"".join(lines.heard), headers)

    def call(self, door: str, identity: str, method: str, path: str, body: bytes, act: Act) -> Exchange:
        """Do something and record its outcome."""
        INTERRUPT.heed()
        number, asked = self.history.next_number(self.name), self._elapsed()
        try:
            status, answer = act()
        except TargetError as error:
            self._record(
                number, door, identity, Question(method, path, {}, body), asked, NO_ANSWER, str(error).encode()
            )
            raise
        return self._record(number, door, identity, Question(method, path, {}, body), asked, status, answer)


class _Heard:
    """Lines, remembered."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.status = lines.status
        self.headers = lines.headers
        self.heard: list[bytes] = []

    @property
    def ended(self) -> str:
        return self._lines.ended

    def next(self, within: float) -> bytes | None:
        INTERRUPT.heed()
        line = self._lines.next(within)
        if line is not None:
            self.heard.append(line)
        return line

    def close(self) -> None:
        self._lines.close()


class ReplayLane:
    """Answers from a recording: the same questions in the same order get the same answers, and anything else is an error."""

    def __init__(self, name: str, recorded: Mapping[tuple[str, int], Exchange], history: History) -> None:
        self.name = name
        self.history = history
        self.answered_at = 0.0
        self._recorded = recorded

    def pause(self, seconds: float) -> None:
        """Nothing to wait for."""

    def _next(self, door: str, identity: str, question: Question) -> Exchange:
        number = self.history.next_number(self.name)
        exchange = self._recorded.get((self.name, number))
        if exchange is None:
            raise HarnessError(
                f"the recording ends before {question.method} {question.path} (lane {self.name}, number {number})"
            )
        asked = (door, identity, question.method, question.path, question.body)
        told = (exchange.door, exchange.identity, exchange.method, exchange.path, exchange.body)
        if asked != told:
            raise HarnessError(
                f"the recording does not fit this suite: lane {self.name}, number {number} has {exchange.method} {exchange.path} "
                f"as {exchange.identity or 'admin'}, the check asks {question.method} {question.path} as {identity or 'admin'}"
                + ("" if question.body == exchange.body else " with another body")
            )
        self.history.add(exchange)
        self.answered_at = exchange.answered_at
        if exchange.status == NO_ANSWER:
            raise TargetError(exchange.answer.decode())
        return exchange

    def ask(self, door: str, origin: Origin | None, identity: str, question: Question) -> Exchange:
        """What was answered then. Raises TargetError when nothing was, HarnessError when it was not asked then."""
        return self._next(door, identity, question)

    @contextmanager
    def stream(self, door: str, origin: Origin | None, identity: str, question: Question) -> Iterator[Stream]:
        """The lines of then."""
        yield _Told(self._next(door, identity, question))

    def call(self, door: str, identity: str, method: str, path: str, body: bytes, act: Act) -> Exchange:
        """What came of it then."""
        return self._next(door, identity, Question(method, path, {}, body))


class _Told:
    """The lines of a recorded watch."""

    def __init__(self, exchange: Exchange) -> None:
        self.status = exchange.status
        self._lines = exchange.answer.splitlines(keepends=True)
        self._ending = exchange.answer_headers.get(ENDED, "server")
        self._at = 0

    @property
    def ended(self) -> str:
        return self._ending if self._at > len(self._lines) else ""

    def next(self, within: float) -> bytes | None:
        self._at += 1
        return self._lines[self._at - 1] if self._at <= len(self._lines) else None
