"""A plane in the foreground, from within."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc, os, signal
from emulator import foreground
from emulator.config import Config

def announced(doors):
    print(gc.isenabled(), gc.get_threshold() == usual, gc.get_freeze_count() > 10_000, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

usual = gc.get_threshold()
foreground.run(Config(kube_port=0, s3_port=0, rpc_port=None), announced)
"""


def test_a_plane_that_is_up_collects_garbage_as_ever() -> None:
    """A start is spared it; what it made is left alone afterwards."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["True", "True", "True"], done.stderr
