"""A plane in one file: API objects, S3 objects and the clock. A zip with a manifest that names its format."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.apiserver.storage.contents import Entry
from emulator.apiserver.storage.interface import Key

FORMAT = "michelangelo-emulator-snapshot/1"
_MANIFEST, _OBJECTS = "manifest.json", "objects.jsonl"


@dataclass(frozen=True, slots=True)
class Blob:
    """An S3 object."""

    bucket: str
    key: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a file holds. ``offset`` is the clock's, in seconds from the machine's."""

    dialect: str
    offset: float
    entries: list[Entry]
    blobs: list[Blob]


def save(path: Path, snapshot: Snapshot) -> None:
    """Write a file, whole or not at all. Raises OSError."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
            index = [{"bucket": blob.bucket, "key": blob.key} for blob in snapshot.blobs]
            manifest = {"format": FORMAT, "dialect": snapshot.dialect, "offset": snapshot.offset, "blobs": index}
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
            archive.writestr(_OBJECTS, "\n".join(_line(entry) for entry in snapshot.entries))
            for number, blob in enumerate(snapshot.blobs):
                archive.writestr(f"blobs/{number}", blob.data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def load(path: Path) -> Snapshot:
    """Read a file. Raises OSError; ValueError when it is no snapshot of this format."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            if manifest.get("format") != FORMAT:
                raise ValueError(f"{path} has format {manifest.get('format')!r}; this version reads {FORMAT}")
            entries = list(_entries(archive.read(_OBJECTS).decode().splitlines()))
            blobs = [
                Blob(item["bucket"], item["key"], archive.read(f"blobs/{number}"))
                for number, item in enumerate(manifest["blobs"])
            ]
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is no snapshot: {error}") from None
    return Snapshot(manifest["dialect"], manifest["offset"], entries, blobs)


def _line(entry: Entry) -> str:
    shown: dict[str, Any] = {"key": list(entry.key), "data": entry.data.decode()}
    return json.dumps({**shown, "labels": dict(entry.labels), "fields": dict(entry.fields)})


def _entries(lines: Iterable[str]) -> Iterator[Entry]:
    for line in lines:
        value = json.loads(line)
        yield Entry(Key(*value["key"]), value["data"].encode(), value["labels"], value["fields"])
