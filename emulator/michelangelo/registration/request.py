"""What somebody wants registered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGES = {
    "triton": "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON",
    "raw": "DEPLOYABLE_MODEL_PACKAGE_TYPE_RAW",
    "spark-pipeline": "DEPLOYABLE_MODEL_PACKAGE_TYPE_SPARK_PIPELINE",
    "mobile": "DEPLOYABLE_MODEL_PACKAGE_TYPE_MOBILE",
}
UNPACKAGED = "none"  # raw artifacts only: nothing to serve
SCHEMA = '{"input": [{"name": ..., "type": "DATA_TYPE_...", "shape": [...]}], "output": [...]}'
_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:/")  # a scheme; one letter is a drive


@dataclass(frozen=True, slots=True)
class Registration:
    """A model's name, files, and what is said about it. *package* is a key of PACKAGES, or UNPACKAGED."""

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

    def check(self) -> None:
        """Raises ValueError, which names what is wrong, for what cannot be registered anywhere."""
        if self.package not in PACKAGES and self.package != UNPACKAGED:
            raise ValueError(f"unknown package {self.package!r}: known are {', '.join([*PACKAGES, UNPACKAGED])}")
        if self.revision is not None and self.revision < 0:
            raise ValueError(f"revision {self.revision} is negative")
        _check_schema(self.schema)
        self.files()

    def files(self) -> list[Path]:
        """The files to register, sorted. Raises ValueError when there are none."""
        if _URI.match(str(self.artifact)):
            shown = str(self.artifact).replace(":/", "://", 1)  # which Path had shortened
            raise ValueError(f"artifact {shown} is no local path: give a file or a folder; the platform uploads it")
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


def _check_schema(schema: Any) -> None:
    if schema is None:
        return
    if not isinstance(schema, dict) or set(schema) - {"input", "output"}:
        raise ValueError(f"the schema is to be {SCHEMA}")
    for side, items in schema.items():
        if not isinstance(items, list):
            raise ValueError(f"schema.{side} is to be a list")
        for number, item in enumerate(items):
            where = f"schema.{side}[{number}]"
            if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"]:
                raise ValueError(f"{where} needs a name")
            if set(item) - {"name", "type", "shape"}:
                unknown = sorted(set(item) - {"name", "type", "shape"})[0]
                raise ValueError(f"{where}.{unknown} is unknown: known are name, type, shape")
            shape = item.get("shape", [])
            if not isinstance(shape, list) or not all(type(size) is int for size in shape):
                raise ValueError(f"{where}.shape is to be a list of whole numbers")
