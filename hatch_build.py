"""Notes the commit in what is built, for ``--version``: from COMMIT, from an sdist's own note, or from git; without any, nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOTE = "_commit.txt"
HOUSES = ("emulator", "conformance")


class CommitHook(BuildHookInterface):
    """Adds a file with the commit to each house, without writing into the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before files are gathered."""
        if version == "editable":
            return  # a checkout asks git, which knows better
        commit = os.environ.get("COMMIT", "") or self._noted() or self._git()
        if not commit:
            return
        for house in HOUSES:
            note = self._place(house)
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(commit + "\n")
            build_data["force_include"][str(note)] = f"{house}/{NOTE}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing but what was built."""
        for house in HOUSES:
            self._place(house).unlink(missing_ok=True)

    def _place(self, house: str) -> Path:
        return Path(self.directory, f".{house}{NOTE}")

    def _noted(self) -> str:
        note = Path(self.root, HOUSES[0], NOTE)  # of an sdist
        return note.read_text().strip() if note.is_file() else ""

    def _git(self) -> str:
        if not Path(self.root, ".git").exists():
            return ""
        command = ["git", "-C", self.root, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""
