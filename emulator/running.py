"""Planes that run detached: where their state is kept, and how they are found, reported and stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from emulator.control.client import ControlClient
from emulator.doors import IDENTITIES, Doors

STOP_SECONDS = 90.0  # an API server, or a cluster, may take its time
CONNECT_SECONDS = 2.0


class NotRunningError(Exception):
    """No detached plane of that name is running."""


def directory(name: str = "default") -> Path:
    """Where a detached plane keeps its kubeconfig, doors and log. Raises ValueError for a name that is none."""
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise ValueError(f"{name!r} is no name for a plane: it becomes a folder's, so leave out slashes")
    base, state = os.environ.get("MA_EMULATOR_HOME"), os.environ.get("XDG_STATE_HOME")
    if base:
        return Path(base) / name
    try:
        return (Path(state) if state else Path.home() / ".local" / "state") / "ma-emulator" / name
    except RuntimeError:
        raise ValueError("no home folder is known: set HOME, or MA_EMULATOR_HOME to a folder for planes") from None


def save(folder: Path, doors: Doors) -> None:
    """Note where a plane's doors are; the files hold secrets and are their owner's alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / IDENTITIES, doors.identities())
    _write(folder / "doors.json", doors.as_dict())


def _write(path: Path, value: object) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(value))
    fresh.replace(path)


def load(folder: Path) -> Doors:
    """The doors of a running detached plane. Raises NotRunningError."""
    path = folder / "doors.json"
    try:
        doors = Doors(**json.loads(path.read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        raise NotRunningError(folder.name) from None
    if not (alive(doors.pid) and _listens(doors.control)):
        forget(folder)
        raise NotRunningError(folder.name)
    return doors


def _listens(address: str) -> bool:
    """Whether a plane's control door is there: its process id alone may be somebody else's by now."""
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), CONNECT_SECONDS).close()
    except ConnectionRefusedError:
        return False
    except OSError:  # too busy to say so
        return True
    return True


def current(name: str | None) -> Doors:
    """The plane that a command is about: by name, else the one of the environment (``exec``, ``env``), else the default.

    Raises NotRunningError.
    """
    around = os.environ.get("MA_PLANE")
    return load(directory(name) if name else Path(around) if around else directory())


def control(doors: Doors) -> ControlClient:
    """A plane's control door."""
    return ControlClient(doors.control, doors.control_token)


def alive(pid: int) -> bool:
    """Whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop(folder: Path) -> Doors:
    """End a detached plane and wait until it has. Raises NotRunningError, TimeoutError."""
    doors = load(folder)
    os.kill(doors.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while alive(doors.pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {doors.pid} did not end within {STOP_SECONDS:.0f} s")
        time.sleep(0.02)
    forget(folder)
    return doors


def forget(folder: Path) -> None:
    """Remove the doors and keys of a plane that has ended."""
    for name in ("doors.json", IDENTITIES):
        (folder / name).unlink(missing_ok=True)
