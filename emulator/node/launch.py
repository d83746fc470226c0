"""The process of a container: takes its limits, then runs one program. ``python -I -m emulator.node.launch``.

What a Pod says reaches the program as values in ``MA_CONTAINER``, never as this process' own environment: a variable such
as PYTHONPATH or AWS_CONFIG_FILE would otherwise run what its writer likes on this machine.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from emulator.node.programs import APPLETS, MODULES, Invocation

VARIABLE = "MA_CONTAINER"
PARENT_CHECK_SECONDS = 1.0


def _limit(memory_bytes: int, file_bytes: int) -> None:
    import resource

    def lower(which: int, value: int) -> None:
        _, hard = resource.getrlimit(which)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
            resource.setrlimit(which, (value, value))

    lower(resource.RLIMIT_AS, memory_bytes)
    lower(resource.RLIMIT_FSIZE, file_bytes)
    lower(resource.RLIMIT_CORE, 0)


def _follow(parent: int) -> None:
    """End with the plane, however it ends, and even if it has ended already."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _own_terminal() -> None:
    """Make the pty that is our input the terminal of this session, so that Ctrl-C reaches us."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def main() -> int:
    """Run what the variable says; the answer is the exit code."""
    settings: dict[str, Any] = json.loads(os.environ.pop(VARIABLE))
    _limit(settings["memory_bytes"], settings["file_bytes"])
    if settings["tty"]:
        _own_terminal()
    _follow(settings["parent"])
    argv: list[str] = settings["argv"]
    code = 1
    try:
        program = importlib.import_module(MODULES.get(argv[0], APPLETS))
        code = int(program.main(Invocation(argv, settings["env"], Path(settings["root"]))))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except (MemoryError, ImportError, OSError) as error:
        if not _out_of_memory(error):
            raise
        os.kill(os.getpid(), signal.SIGKILL)  # as the kernel ends a container that has used up its memory
    return code


def _out_of_memory(error: Exception) -> bool:
    """Whether an error is the limit's: Python's own, the kernel's, or the dynamic linker's."""
    number = getattr(error, "errno", None)
    return isinstance(error, MemoryError) or number == errno.ENOMEM or "failed to map" in str(error)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.exit(main())
