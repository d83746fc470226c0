"""The emulator as a child process, faults fitted on request: ``emulator``, ``emulator:fault=blind-update``."""

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

from conformance.driver.s3 import S3Endpoint
from conformance.errors import HarnessError
from conformance.targets.base import Endpoints

START_SECONDS = 30.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class EmulatorTarget:
    """A plane of its own for one run."""

    name: str
    faults: tuple[str, ...] = ()
    dialect: str = "guide"

    @contextmanager
    def open(self) -> Iterator[Endpoints]:
        """Start it, and end it with the run. Raises HarnessError with what it said when it does not come up."""
        with tempfile.TemporaryDirectory(prefix="ma-conformance-") as folder:
            kubeconfig = Path(folder) / "kubeconfig"
            words = ["up", "--json", "--kube-port", "0", "--s3-port", "0", "--rpc-port", "0", "--dialect", self.dialect]
            words += ["--kubeconfig", str(kubeconfig)]
            for fault in self.faults:
                words += ["--fault", fault]
            errors = Path(folder) / "stderr"
            with errors.open("w") as stderr:
                child = subprocess.Popen(
                    [sys.executable, "-m", "emulator", *words],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    env={**os.environ, "PYTHONUNBUFFERED": "1"},
                )
            try:
                yield self._endpoints(child, kubeconfig, errors)
            finally:
                child.terminate()
                try:
                    child.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
                assert child.stdout is not None, "a pipe"
                child.stdout.close()

    def _endpoints(self, child: subprocess.Popen[bytes], kubeconfig: Path, errors: Path) -> Endpoints:
        assert child.stdout is not None, "a pipe"
        deadline = time.monotonic() + START_SECONDS
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([child.stdout], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(child.stdout.fileno(), 65536) if ready else b""
            if not data:
                said = errors.read_text().strip()
                raise HarnessError(f"the emulator did not come up: {said or f'no answer within {START_SECONDS:.0f} s'}")
            line += data
        doors = json.loads(line)
        s3 = S3Endpoint(
            doors["s3_endpoint"],
            doors["models_bucket"],
            doors["s3_access_key_id"],
            doors["s3_secret_access_key"],
            doors["s3_region"],
        )
        return Endpoints(kubeconfig, "admin", s3, doors["rpc_address"] or None)
