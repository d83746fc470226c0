"""What somebody wants registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGES = {
    "triton": "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON",
    "raw": "DEPLOYABLE_MODEL_PACKAGE_TYPE_RAW",
}


@dataclass(frozen=True, slots=True)
class Registration:
    """A model's name, files, and what is said about it. *package* is a key of PACKAGES."""

    name: str
    namespace: str
    artifact: Path
    package: str = "triton"
    revision: int | None = None  # None: one more than the registered one
    kind: str = "MODEL_KIND_CUSTOM"
    owner: str = ""
    description: str = ""
    algorithm: str = ""
    training_framework: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    schema: dict[str, Any] | None = None  # {"input": [{"name", "type", "shape"?}], "output": [...]}

    def files(self) -> list[Path]:
        """The files to register, sorted. Raises ValueError when there are none."""
        if self.artifact.is_file():
            return [self.artifact]
        if not self.artifact.is_dir():
            raise ValueError(f"{self.artifact} is neither a file nor a directory")
        found = sorted(path for path in self.artifact.rglob("*") if path.is_file())
        if not found:
            raise ValueError(f"{self.artifact} has no files: there is nothing to register")
        return found

    def relative(self, path: Path) -> str:
        """A file's name beneath the artifact."""
        return path.name if self.artifact.is_file() else path.relative_to(self.artifact).as_posix()
