"""Servers that an engine starts: each under a supervisor, with a log, and none left behind."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

POLL_SECONDS = 0.05
TAIL_LINES = 8


class EndedError(OSError):
    """A server ended where it should have come up; says what it said last."""


class Server:
    """One program, between ``start`` and ``stop``. Its output goes to a file."""

    def __init__(self, name: str, command: Sequence[str], log: Path, stop_seconds: float) -> None:
        self.name = name
        self.log = log
        self._command = [str(word) for word in command]
        self._stop_seconds = stop_seconds
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, without waiting. Raises OSError."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "emulator.engines.supervise", f"{self._stop_seconds:g}", *self._command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to pass on
            )

    async def wait(self, ready: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Return once *ready* says so. Raises EndedError when it has ended, OSError when it takes too long."""
        assert self._child is not None, "started"
        deadline = time.monotonic() + seconds
        while not await ready():
            if self._child.poll() is not None:
                raise EndedError(f"{self.name} ended with {self._child.returncode}; it said: {self.tail()}")
            if time.monotonic() > deadline:
                raise OSError(f"{self.name} was not ready within {seconds:.0f} s; it said: {self.tail()}")
            await asyncio.sleep(POLL_SECONDS)

    @property
    def ended(self) -> bool:
        """Whether it was started, and has ended by itself."""
        return self._child is not None and self._child.poll() is not None

    def tail(self) -> str:
        """The last lines that it said."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.is_file() else []
        return "\n".join(lines[-TAIL_LINES:]) or "nothing"

    async def stop(self) -> None:
        """End it, and wait until it has."""
        child, self._child = self._child, None
        if child is None or child.stdin is None:
            return
        child.stdin.close()
        try:
            await asyncio.to_thread(child.wait, self._stop_seconds + 5)
        except subprocess.TimeoutExpired:  # the supervisor itself hangs; on Linux the server dies with it
            child.kill()
            await asyncio.to_thread(child.wait)
