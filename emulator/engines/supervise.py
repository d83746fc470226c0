"""Runs one server, and ends it when whoever started us is gone: ``python -m emulator.engines.supervise SECONDS COMMAND ...``.

Our standard input is a pipe that the starter holds; the kernel closes it however the starter ended, so that nothing is left behind even
where no handler could run. The server gets SIGTERM, and SIGKILL after so many seconds. On Linux it also dies with us.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Between fork and exec, on Linux: be killed when the supervisor is."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> int:
    """Run the command; the answer is its exit code."""
    grace, command = float(sys.argv[1]), sys.argv[2:]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )

    def end(*_: object) -> None:
        child.terminate()
        threading.Timer(grace, child.kill).start()

    def watch() -> None:
        while os.read(0, 4096):
            pass
        end()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    os._exit(128 - code if code < 0 else code)  # timers and the reader have nothing left to do


if __name__ == "__main__":
    main()
