"""The programs in a node's images: modules with a ``main``, run in a process of their own by ``launch``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MODULES = {"aws": "emulator.node.programs.aws.cli"}
APPLETS = "emulator.node.programs.applets"


@dataclass(frozen=True, slots=True)
class Invocation:
    """How a program was called. Its variables are values: nothing in this process is configured by them."""

    argv: list[str]  # argv[0] is the program's name
    env: Mapping[str, str]
    root: Path  # the container's files; no program reads or writes others

    def path(self, given: str) -> Path:
        """A path within the container. Raises PermissionError when it leads out of it."""
        found = (self.root / given.lstrip("/")).resolve()
        if not found.is_relative_to(self.root.resolve()):
            raise PermissionError(f"{given} is outside of the container")
        return found
