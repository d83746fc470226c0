"""A run's interrupt: noted when the signal comes, heeded where nothing is on its way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Whether the run is asked to end.

    An exception raised wherever a signal finds the program may be lost (Python prints and drops what is raised in a garbage
    collection), or cut off a request of whose effect then nobody knows. A second signal does not wait.
    """

    def __init__(self) -> None:
        self._asked = threading.Event()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Note signals meanwhile. Raises KeyboardInterrupt at its end if one came and nobody has heeded it."""
        here = threading.current_thread() is threading.main_thread()  # only there may signals be asked for
        before = {number: signal.signal(number, self._note) for number in SIGNALS} if here else {}
        try:
            yield
            self.heed()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._asked.clear()

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()

    def heed(self) -> None:
        """Raises KeyboardInterrupt if the run is asked to end."""
        if self._asked.is_set():
            raise KeyboardInterrupt

    def wait(self, seconds: float) -> None:
        """Sleep. Raises KeyboardInterrupt as soon as the run is asked to end."""
        self._asked.wait(seconds)
        self.heed()


INTERRUPT = Interrupt()
