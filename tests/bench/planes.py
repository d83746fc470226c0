"""The processes that are measured: a plane and a bare server, the CPU that they take and the memory."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

USERS = 'admin-token,admin,admin,"system:masters"\nalice-token,alice,alice,"team"\n'


def _first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        sys.exit(f"it did not start: {child.args}")
    return line


@contextlib.contextmanager
def _running(*words: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.terminate()
        child.wait(10)


@contextlib.contextmanager
def plane(*more: str) -> Iterator[dict[str, Any]]:
    """A plane on free ports, with ``admin-token`` and ``alice-token``; the answer is what ``up --json`` prints of its doors."""
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder, "tokens.csv")
        tokens.write_text(USERS)
        words = ("--s3-port", "0", "--rpc-port", "0", "--kubeconfig", f"{folder}/kubeconfig", *more)
        if "--kube-port" not in more:
            words = ("--kube-port", "0", *words)
        with _running("-m", "emulator", "up", "--json", *words, "--token-auth-file", str(tokens)) as child:
            yield json.loads(_first_line(child))


@contextlib.contextmanager
def bare() -> Iterator[tuple[str, int]]:
    """A bare server: its address and its process."""
    with _running(str(Path(__file__).with_name("bare.py"))) as child:
        yield f"https://127.0.0.1:{_first_line(child).strip()}", child.pid


def cpu_seconds(pid: int) -> float | None:
    """CPU that a process took so far; None where the system does not say."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Memory of a process."""
    text = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(text) * 1024
