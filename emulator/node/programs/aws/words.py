"""What a command of ``aws s3`` was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatch

from emulator.node.programs.aws.cli import UsageError

SCHEME = "s3://"


@dataclass(slots=True)
class Words:
    """Paths, flags, and options with values in the order that they were given."""

    paths: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    values: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The last value of an option, or nothing."""
        return next((value for given, value in reversed(self.values) if given == name), "")

    def takes(self, name: str) -> bool:
        """Whether the filters let a relative name through: the last one that matches decides."""
        found = True
        for option, pattern in self.values:
            if option in ("exclude", "include") and fnmatch(name, pattern):
                found = option == "include"
        return found


def is_remote(path: str) -> bool:
    """Whether a path is in S3."""
    return path.startswith(SCHEME)


def split(path: str) -> tuple[str, str]:
    """Bucket and key of ``s3://bucket/key``. Raises UsageError."""
    bucket, _, key = path.removeprefix(SCHEME).partition("/")
    if not is_remote(path) or not bucket:
        raise UsageError(f"{path!r} is no path in S3: write s3://BUCKET/KEY")
    return bucket, key
