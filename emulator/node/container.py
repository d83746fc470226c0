"""A container: its spec, its state, and its process, the one that runs or ran last and the one before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulator.node.images import Image
from emulator.node.process import Process
from emulator.node.status import ContainerState, stamp

Object = dict[str, Any]
_BIN = ("", "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/aws-cli/v2/current/bin")
_EPOCH = "1970-01-01T00:00:00Z"
START_ERROR_CODE = 128
KILLED_CODE = 137
TAIL_BYTES = 2048


class Container:
    """One container of a Pod on this node."""

    def __init__(self, spec: Object, group: str) -> None:
        self.spec = spec
        self.name: str = spec["name"]
        self.group = group  # containers or initContainers
        self.state = ContainerState(self.name, spec["image"])
        self.image: Image | None = None
        self.env: Mapping[str, str] = {}
        self.process: Process | None = None
        self.previous: Process | None = None
        self.executed: set[Process] = set()
        self.attached = False  # whether somebody has seen its output from the beginning
        self.began: datetime | None = None

    def wait_for(self, reason: str, message: str = "") -> None:
        """It does not run yet, or not again."""
        if "terminated" in self.state.state:
            self.state.last = self.state.state
        self.state.state = {"waiting": {"reason": reason} | ({"message": message} if message else {})}

    def running(self, process: Process, now: datetime) -> None:
        """Its process has begun."""
        if self.process is not None:
            self.state.restarts += 1
        self.previous, self.process = self.process, process
        self.began, self.attached = now, False
        self.state.identity = f"containerd://{uuid.uuid4().hex}{uuid.uuid4().hex}"
        self.state.state = {"running": {"startedAt": stamp(now)}}

    def ended(self, code: int, now: datetime, *, stopped: bool) -> None:
        """Its process has ended: by itself, for want of memory (killed, and not by us), or because we ended it."""
        assert self.process is not None and self.began is not None, "it ran"
        because = self.process.ended_because
        lost = code == KILLED_CODE and not because and not stopped
        reason = "Completed" if code == 0 else "OOMKilled" if lost else "Error"
        message = because
        if code and not because and self.spec.get("terminationMessagePolicy") == "FallbackToLogsOnError":
            message = self.process.output.tail(TAIL_BYTES)
        self._terminated(code, reason, message, stamp(self.began), now)

    def not_started(self, message: str, now: datetime) -> None:
        """It has no such program."""
        self.state.identity = self.state.identity or f"containerd://{uuid.uuid4().hex}{uuid.uuid4().hex}"
        self._terminated(START_ERROR_CODE, "StartError", message, _EPOCH, now)

    def vanished(self, now: datetime) -> None:
        """It ran before this node began, and does no more."""
        text = "The container could not be located when the pod was terminated"
        self._terminated(KILLED_CODE, "ContainerStatusUnknown", text, _EPOCH, now)

    def _terminated(self, code: int, reason: str, message: str, began: str, now: datetime) -> None:
        found: Object = {"exitCode": code, "reason": reason, "startedAt": began, "finishedAt": stamp(now)}
        if message:
            found["message"] = message
        if self.state.identity:
            found["containerID"] = self.state.identity
        self.state.state = {"terminated": found}


def program_of(image: Image, argv: list[str]) -> list[str]:
    """A command with its program as the image calls it. Raises LookupError, in a container runtime's words."""
    word = argv[0] if argv else ""
    folder, _, name = word.rpartition("/")
    if folder in _BIN and name in image.programs:
        return [name, *argv[1:]]
    missing = "no such file or directory" if folder else "executable file not found in $PATH"
    listed = ", ".join(image.programs)
    raise LookupError(
        f'unable to start container process: exec: "{word}": {missing}: unknown (this node runs no shell; the image has: {listed})'
    )
