"""The emulator as a child process, honest or with a lie fitted."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.driver.errors import TargetError
from conformance.targets.interface import Doors, S3Door

START_SECONDS = 30.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class EmulatorTarget:
    """``emulator[:fault=NAME][,dialect=guide|upstream]``."""

    faults: tuple[str, ...] = ()
    dialect: str = ""
    fault_log: Path | None = None  # where the plane notes the lies that it told

    @property
    def name(self) -> str:
        """As it was given."""
        options = [f"fault={fault}" for fault in self.faults] + ([f"dialect={self.dialect}"] if self.dialect else [])
        return "emulator" + (":" + ",".join(options) if options else "")

    @contextmanager
    def open(self) -> Iterator[Doors]:
        """Start it on free ports; it ends with the context. Raises TargetError with what it printed."""
        with tempfile.TemporaryDirectory(prefix="ma-conformance-") as folder:
            scratch = Path(folder)
            command = [
                sys.executable,
                "-m",
                "emulator",
                "up",
                "--json",
                "--kube-port",
                "0",
                "--s3-port",
                "0",
                "--rpc-port",
                "0",
            ]
            command += ["--kubeconfig", str(scratch / "kubeconfig")]
            if self.dialect:
                command += ["--dialect", self.dialect]
            for fault in self.faults:
                command += ["--fault", fault]
            log = scratch / "stderr"
            with log.open("wb") as errors:
                child = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=self._environment(),
                )
            try:
                yield _doors(_first_line(child, log), log)
            finally:
                child.terminate()
                try:
                    child.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
                if child.stdout is not None:
                    child.stdout.close()

    def _environment(self) -> dict[str, str]:
        told = {"MA_FAULT_LOG": str(self.fault_log)} if self.fault_log is not None else {}
        return {**os.environ, "PYTHONUNBUFFERED": "1", **told}


def _first_line(child: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    """The line that says where the doors are."""
    assert child.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([child.stdout], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(child.stdout.fileno(), 65536) if ready else b""
        if not chunk:
            why = log.read_text(errors="replace").strip() or (
                "it ended" if ready else f"it said nothing in {START_SECONDS:.0f} s"
            )
            raise TargetError(f"the emulator did not come up: {why}")
        line += chunk
    try:
        doors: dict[str, Any] = json.loads(line)
    except ValueError:
        raise TargetError(f"the emulator did not say where its doors are: {line[:200]!r}") from None
    return doors


def _doors(said: dict[str, Any], log: Path) -> Doors:
    s3 = S3Door(
        url=said["s3_endpoint"],
        bucket=said["models_bucket"],
        access_key_id=said["s3_access_key_id"],
        secret_access_key=said["s3_secret_access_key"],
        region=said["s3_region"],
    )
    return Doors(
        kubeconfig=Path(said["kubeconfig"]),
        context="admin",
        s3=s3,
        rpc=said.get("rpc_address") or "",
        settle_seconds=3.0,
        disposable=True,
        log=log,
    )
