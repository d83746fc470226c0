"""A plane in one file: API objects, S3 objects and policies, and the clock. A zip with a manifest that names its format.

``manifest.json`` (format, dialect, clock), ``objects.jsonl`` (a resource and an object a line), and the store's part, which the store itself
writes and reads (``objectstore/contents.py``). Tokens, certificates and S3 keys are a plane's own and in no snapshot.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from emulator.apiserver.contents import Entry
from emulator.objectstore.interface import ObjectStore

FORMAT = "michelangelo-emulator-snapshot/1"
_MANIFEST, _OBJECTS = "manifest.json", "objects.jsonl"
_BROKEN = (
    BadZipFile,
    OSError,  # a directory of the archive that leads before its beginning
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
)
"""What reading an archive raises that is none, was cut short, or says something else."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a file holds beside S3. ``offset`` is the clock's, in seconds from the machine's."""

    dialect: str
    offset: float
    entries: list[Entry]


def save(path: Path, snapshot: Snapshot, store: ObjectStore) -> int:
    """Write a file, whole or not at all; how many S3 objects it holds. Raises OSError; ValueError for a folder that is not there."""
    if not path.parent.is_dir():
        raise ValueError(f"{path.parent} is no folder")
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name a file in it")
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with ZipFile(fresh, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            manifest = {"format": FORMAT, "dialect": snapshot.dialect, "offset": snapshot.offset}
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
            lines = (b'{"resource":"%s","object":%s}\n' % (name.encode(), data) for name, data in snapshot.entries)
            archive.writestr(_OBJECTS, b"".join(lines))
        blobs = store.save(fresh)
        fresh.replace(path)
    except OSError as error:
        raise OSError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        fresh.unlink(missing_ok=True)
    return blobs


def load(path: Path) -> Snapshot:
    """Read a file. Raises OSError; ValueError when it is no snapshot of this format."""
    snapshot = None
    try:
        file = path.open("rb")
    except OSError as error:
        raise OSError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        with file, ZipFile(file) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            found = manifest["format"]
            if found == FORMAT:
                entries = [_entry(line) for line in archive.read(_OBJECTS).splitlines()]
                snapshot = Snapshot(str(manifest["dialect"]), float(manifest["offset"]), entries)
    except _BROKEN as error:
        raise ValueError(f"{path} is no snapshot: {error}") from None
    if snapshot is None:
        raise ValueError(f"{path} has format {found!r}; this version reads {FORMAT}")
    return snapshot


def _entry(line: bytes) -> Entry:
    item = json.loads(line)
    return Entry.of(item["resource"], item["object"])
