"""A plane as a child process: ``ma-emulator up`` on free ports, on whichever engine."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.driver.errors import TargetError
from conformance.targets.interface import Doors, S3Door

START_SECONDS = 30.0
STOP_SECONDS = 5.0
REFUSED_FLAGS = 3  # how ma-emulator ends when it is asked for what it does not know
FREE_PORTS = ("--kube-port", "0", "--s3-port", "0", "--rpc-port", "0")


@contextmanager
def plane(
    flags: Sequence[str],
    start: float = START_SECONDS,
    stop: float = STOP_SECONDS,
    settle: float = 3.0,
    environment: Mapping[str, str] | None = None,
    refused: type[Exception] = TargetError,
) -> Iterator[Doors]:
    """Start it; it ends with the context. Seconds throughout. Raises TargetError with what it printed, *refused* for flags that it refuses."""
    with tempfile.TemporaryDirectory(prefix="ma-conformance-") as folder:
        scratch = Path(folder)
        command = [sys.executable, "-P", "-m", "emulator", "up", "--json", *FREE_PORTS]
        command += ["--kubeconfig", str(scratch / "kubeconfig"), *flags]
        log = scratch / "stderr"
        with log.open("wb") as errors:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            )
        try:
            yield _doors(_first_line(child, log, start, refused), log, settle)
        finally:
            child.terminate()
            try:
                child.wait(stop)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdout is not None:
                child.stdout.close()


def _first_line(child: subprocess.Popen[bytes], log: Path, seconds: float, refused: type[Exception]) -> dict[str, Any]:
    """The line that says where the doors are."""
    assert child.stdout is not None
    deadline = time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([child.stdout], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(child.stdout.fileno(), 65536) if ready else b""
        if not chunk:
            why = log.read_text(errors="replace").strip() or (
                "it ended" if ready else f"it said nothing in {seconds:.0f} s"
            )
            if ready and child.wait() == REFUSED_FLAGS:
                raise refused(why.removeprefix("ma-emulator: "))
            raise TargetError(f"the emulator did not come up: {why}")
        line += chunk
    try:
        doors: dict[str, Any] = json.loads(line)
    except ValueError:
        raise TargetError(f"the emulator did not say where its doors are: {line[:200]!r}") from None
    return doors


def _doors(said: dict[str, Any], log: Path, settle: float) -> Doors:
    s3 = S3Door(
        url=said["s3_endpoint"],
        bucket=said["models_bucket"],
        access_key_id=said["s3_access_key_id"],
        secret_access_key=said["s3_secret_access_key"],
        region=said["s3_region"],
    )
    return Doors(
        kubeconfig=Path(said["kubeconfig"]),
        context=said["contexts"][0],
        s3=s3,
        rpc=said.get("rpc_address") or "",
        settle_seconds=settle,
        disposable=True,
        log=log,
    )
