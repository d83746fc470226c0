"""One process of a container: started without a shell, within limits, its output kept and handed on."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emulator.node.launch import VARIABLE
from emulator.node.limits import Limits
from emulator.node.output import Output
from emulator.streams import STDERR, STDOUT

TYPING_SECONDS = 0.2  # how often somebody who waits to type looks whether the process is still there
_READ_BYTES = 64 * 1024
_HOST_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")  # what Python itself may need


@dataclass(frozen=True, slots=True)
class Command:
    """What is to run, with which streams."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    root: Path
    stdin: bool = False
    tty: bool = False


class Process:
    """A running program. ``code`` is its exit code once it has ended: 128 and the signal, when one ended it."""

    def __init__(self, limits: Limits, now: Callable[[], datetime]) -> None:
        self.output = Output()
        self.code: int | None = None
        self.ended_because = ""  # why we ended it, when we did
        self._limits = limits
        self._now = now
        self._child: asyncio.subprocess.Process | None = None
        self._terminal: int | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._done = asyncio.Event()
        self._typing = asyncio.Lock()
        self._ending = False
        self._watcher: asyncio.Task[None] | None = None

    async def start(self, command: Command) -> None:
        """Start it. Raises OSError."""
        variable = {
            "argv": command.argv,
            "env": dict(command.env),
            "root": str(command.root),
            "tty": command.tty,
            "parent": os.getpid(),
            "memory_bytes": self._limits.memory_bytes,
            "file_bytes": self._limits.file_bytes,
        }
        env = {name: os.environ[name] for name in _HOST_VARIABLES if name in os.environ}
        env |= {
            VARIABLE: json.dumps(variable),
            "PATH": os.defpath,
            "HOME": str(command.root),
            "TZ": "UTC",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "MALLOC_ARENA_MAX": "2",
        }
        inside: int | None = None
        if command.tty:
            self._terminal, inside = pty.openpty()
        piped = asyncio.subprocess.PIPE
        try:
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-u", "-m", "emulator.node.launch"),
                stdin=inside if inside is not None else piped if command.stdin else asyncio.subprocess.DEVNULL,
                stdout=piped if inside is None else inside,
                stderr=piped if inside is None else inside,
                cwd=command.root,
                env=env,
                start_new_session=True,  # its children end with it, and Ctrl-C is ours to pass on
            )
        finally:
            if inside is not None:
                os.close(inside)
        if self._terminal is not None:
            self._readers = [asyncio.create_task(self._read_terminal(self._terminal))]
        else:
            assert self._child.stdout is not None and self._child.stderr is not None, "pipes"
            self._readers = [
                asyncio.create_task(self._read_pipe(self._child.stdout, STDOUT)),
                asyncio.create_task(self._read_pipe(self._child.stderr, STDERR)),
            ]
        self._watcher = asyncio.create_task(self._watch(self._child))

    async def wait(self) -> int:
        """Its exit code, once it has ended and all its output is there."""
        await self._done.wait()
        assert self.code is not None, "it has ended"
        return self.code

    def resize(self, columns: int, rows: int) -> None:
        """Another size of its terminal, if it has one."""
        if self._terminal is not None:
            with contextlib.suppress(OSError):
                fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def write(self, data: bytes) -> None:
        """Input for it, as fast as it takes it."""
        if self._terminal is not None:
            async with self._typing:  # keeps the terminal open
                if self._terminal is not None:
                    await asyncio.to_thread(_write_all, self._terminal, data, lambda: self._ending)
        elif self._child is not None and self._child.stdin is not None:
            with contextlib.suppress(OSError, RuntimeError):  # it reads no more
                self._child.stdin.write(data)
                await self._child.stdin.drain()

    def close_input(self) -> None:
        """There is no more input."""
        if self._terminal is not None:
            with contextlib.suppress(OSError):
                os.write(self._terminal, b"\x04")  # what a terminal sends for the end of input
        elif self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()

    def signal(self, number: signal.Signals, because: str = "") -> None:
        """Send it a signal, and its children."""
        if self._child is not None and self.code is None:
            self.ended_because = self.ended_because or because
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)

    async def stop(self, grace_seconds: float, because: str = "") -> None:
        """Ask it to end, and end it when it does not in time."""
        self.signal(signal.SIGTERM, because)
        try:
            await asyncio.wait_for(self._done.wait(), grace_seconds)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self._done.wait()

    async def _watch(self, child: asyncio.subprocess.Process) -> None:
        try:
            code = await asyncio.wait_for(child.wait(), self._limits.seconds)
        except TimeoutError:
            self.signal(
                signal.SIGKILL, f"it ran for more than the {self._limits.seconds} s that this node gives a process"
            )
            code = await child.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # whatever it left behind
        await asyncio.gather(*self._readers)
        self._ending = True
        async with self._typing:
            if self._terminal is not None:
                os.close(self._terminal)
                self._terminal = None
        self.code = 128 - code if code < 0 else code
        self.output.end()
        self._done.set()

    async def _read_pipe(self, pipe: asyncio.StreamReader, stream: str) -> None:
        while data := await pipe.read(_READ_BYTES):
            self._take(stream, data)

    async def _read_terminal(self, terminal: int) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        os.set_blocking(terminal, False)
        loop.add_reader(terminal, readable.set)
        try:
            while True:
                await readable.wait()
                readable.clear()
                try:
                    data = os.read(terminal, _READ_BYTES)
                except BlockingIOError:
                    continue
                except OSError:  # EIO: nobody has the other end open any more
                    return
                if not data:
                    return
                self._take(STDOUT, data)
                readable.set()
                await asyncio.sleep(0)
        finally:
            loop.remove_reader(terminal)

    def _take(self, stream: str, data: bytes) -> None:
        left = self._limits.output_bytes - self.output.size
        if left > 0:
            self.output.add(self._now(), stream, data[:left])
        if len(data) > left:
            text = f"it wrote more than the {self._limits.output_bytes} bytes that this node keeps of a process"
            self.signal(signal.SIGKILL, text)


def _write_all(descriptor: int, data: bytes, ending: Callable[[], bool]) -> None:
    with contextlib.suppress(OSError):  # nobody reads any more
        while data and not ending():
            _, writable, _ = select.select([], [descriptor], [], TYPING_SECONDS)
            if writable:
                data = data[os.write(descriptor, data) :]
