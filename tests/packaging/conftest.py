"""The image's steps, done once: what they install is the wheel that the tests of this folder use."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Image:
    """What ``.ci/image`` said, and the environment that it left."""

    done: subprocess.CompletedProcess[str]
    folder: Path

    def run(self, *command: str, **options) -> subprocess.CompletedProcess[str]:
        """Run an installed program in an empty directory, with nothing of the checkout in sight."""
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        assert not any(empty.iterdir())
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
        }
        environment |= {
            "PATH": f"{self.folder / 'user' / 'opt' / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "UV_CACHE_DIR": str(self.folder / "user" / "cache"),
        }
        return subprocess.run(
            command, cwd=empty, env=environment, capture_output=True, text=True, timeout=300, check=False, **options
        )


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    """Not beneath pytest's own temporary folder, which an unprivileged user may not enter."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    try:
        done = subprocess.run(
            [ROOT / ".ci" / "image", folder], capture_output=True, text=True, timeout=300, check=False
        )
        yield Image(done, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
