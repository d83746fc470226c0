"""``python -m emulator.testing.child FLAGS``: ``ma-emulator up`` that ends with whoever holds its standard input.

A test run that is killed cannot stop its plane; its end of the pipe closes all the same.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from emulator.cli import main


def _follow() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # nothing comes, until the other end is closed
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_follow, daemon=True).start()
    sys.exit(main(["up", "--json", "--kube-port", "0", "--s3-port", "0", "--rpc-port", "0", *sys.argv[1:]]))
