"""A plane of a test run: a child process on free ports, which ends with the run."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from emulator.doors import Doors

STOP_SECONDS = 10.0


class TestPlane(AbstractContextManager["TestPlane"]):
    """Runs between ``__enter__`` and ``__exit__``. Raises OSError with what the plane said when it does not come up."""

    __test__ = False  # pytest: no test class

    def __init__(self, folder: Path, *flags: str) -> None:
        self.folder = folder
        self._flags = flags
        self._child: subprocess.Popen[str] | None = None
        self._doors: Doors | None = None

    @property
    def doors(self) -> Doors:
        """Where it can be reached."""
        assert self._doors is not None, "the plane is not running"
        return self._doors

    def __enter__(self) -> TestPlane:
        command = [sys.executable, "-P", "-m", "emulator.testing.child", "--kubeconfig", f"{self.folder}/kubeconfig"]
        log = self.folder / "plane.log"
        with log.open("w") as errors:
            self._child = subprocess.Popen(
                [*command, *self._flags],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is pytest's, which ends us in its turn
            )
        assert self._child.stdout is not None, "a pipe"
        line = self._child.stdout.readline()
        if not line:
            self._stop()
            raise OSError(f"the plane did not come up: {log.read_text().strip()}")
        self._doors = Doors(**json.loads(line))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        child = self._child
        assert child is not None and child.stdin is not None and child.stdout is not None, "started"
        child.stdin.close()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()
