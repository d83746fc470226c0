"""Runs a plane: in this process until a signal, around a command, or detached."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from emulator import running
from emulator.config import Config
from emulator.doors import Doors
from emulator.garbage import seldom_collected

if TYPE_CHECKING:
    from emulator.plane import Plane

DETACH_SECONDS = 30.0
DETACH_AFAR_SECONDS = 700.0  # on an engine that starts processes, or fetches images


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Windows
        return None
    return uvloop.new_event_loop


async def _started(config: Config, folder: Path, since: float, until: AsyncExitStack) -> Plane:
    """A plane that is up, and ends with the stack."""
    with seldom_collected():
        from emulator.plane import Plane

        return await until.enter_async_context(Plane(config, folder, since))


def run(config: Config, announce: Callable[[Doors], None], folder: Path | None = None) -> int:
    """Start a plane, announce its doors, and run until SIGINT or SIGTERM. What it keeps is in *folder*, else in one that goes with it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ma-emulator-") as scratch:
        state = folder or Path(scratch)
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_serve(config, state, announce, started))


async def _serve(config: Config, folder: Path, announce: Callable[[Doors], None], started: float) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None, "in a task"
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)  # while it starts, too: that may take minutes
    with suppress(asyncio.CancelledError):
        async with AsyncExitStack() as stack:
            plane = await _started(config, folder, started, stack)
            running.save(folder, plane.doors)
            announce(plane.doors)
            code = 0
            with suppress(asyncio.CancelledError):
                sys.stderr.write(f"ma-emulator: {await plane.lost()}\n")
                code = 1
            task.uncancel()  # taken note of: what ends now may have timeouts of its own
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, lambda: None)  # it is ending already
        running.forget(folder)
        return code
    return 130


def run_command(config: Config, command: Sequence[str], announce: Callable[[Doors], None]) -> int:
    """Start a plane, announce its doors, run a command with its variables set, end the plane, and give the command's exit code."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="ma-emulator-") as scratch,
        asyncio.Runner(loop_factory=_loop_factory()) as runner,
    ):
        return runner.run(_around(config, Path(scratch), command, announce, started))


async def _around(
    config: Config, folder: Path, command: Sequence[str], announce: Callable[[Doors], None], started: float
) -> int:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        plane = await _started(config, folder, started, stack)
        running.save(folder, plane.doors)
        announce(plane.doors)
        environment = plane.doors.around(os.environ)
        try:
            child = await asyncio.create_subprocess_exec(*command, env=environment)
        except FileNotFoundError:
            sys.stderr.write(f"ma-emulator: no such command: {command[0]}\n")
            return 127
        except PermissionError:
            sys.stderr.write(f"ma-emulator: not executable: {command[0]}\n")
            return 126
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, _forward, child, number)
        code = await child.wait()
    return 128 - code if code < 0 else code


def _forward(child: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Hand a signal to the command: it decides how it ends, and its end ends the plane."""
    if child.returncode is None:
        child.send_signal(number)


def detach(config: Config, folder: Path) -> Doors:
    """Start a plane in the background and give its doors. Raises OSError with the reason when it does not come up."""
    try:
        doors = running.load(folder)
    except running.NotRunningError:
        pass
    else:
        raise ValueError(
            f"a plane named {folder.name!r} runs already (process {doors.pid}): stop it with `ma-emulator down`, or give another --name"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.glob("*.log"):  # of an earlier plane of this name
        old.unlink()
    if config.kubeconfig is None:
        config = replace(config, kubeconfig=folder / "kubeconfig")
    log = folder / "log"
    with log.open("w") as output:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "emulator.foreground", str(folder), _config_text(config)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    seconds = DETACH_SECONDS if config.api == "memory" else DETACH_AFAR_SECONDS
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return running.load(folder)
        except running.NotRunningError:
            if child.poll() is not None:
                raise OSError(log.read_text().strip() or f"the plane ended with {child.returncode}") from None
            time.sleep(0.02)
    child.terminate()
    raise OSError(f"the plane was not ready within {seconds:.0f} s; its log is {log}")


def _config_text(config: Config) -> str:
    """A Config as one word for the child's command line."""
    return json.dumps(asdict(config), default=str)


def _config_of(text: str) -> Config:
    values = json.loads(text)
    for name in ("kubeconfig", "token_auth_file", "seed"):
        values[name] = Path(values[name]) if values[name] else None
    return Config(**{**values, "faults": tuple(values["faults"])})


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    try:
        sys.exit(run(_config_of(sys.argv[2]), lambda doors: None, FOLDER))
    except (ValueError, OSError) as failure:
        sys.exit(str(failure))
