"""What the store holds, inside the child: emptied, put into a zip archive, and taken from one.

The archive has ``s3.json`` (buckets, objects and policies) and the objects' bytes as ``s3/NUMBER``. Of a versioned bucket the current
versions are kept.
"""

from __future__ import annotations

import json
import shutil
import zlib
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from emulator.objectstore.users import IamUsers

INDEX = "s3.json"
_FIELDS = {"key", "file", "etag", "modified", "storage_class", "metadata", "tags"}  # of an object
_CHECKSUM = ("checksum_algorithm", "checksum_value", "checksum_type", "checksum_parts")


class Contents:
    """Buckets, objects and users' policies. ``backend`` is moto's S3 backend of one account."""

    def __init__(self, backend: Any, users: IamUsers, buckets: list[str], region: str) -> None:
        self._backend = backend
        self._users = users
        self._buckets = buckets
        self._region = region
        self._policies = users.documents()

    def do(self, what: str, archive: str = "") -> int:
        """``reset``, ``save`` or ``load``; how many objects there are then.

        Raises ValueError when the archive is none of ours, OSError.
        """
        if what == "save":
            self.save(archive)
        elif what == "load":
            self.load(archive)
        else:
            self.reset()
        return sum(len(bucket.keys) for bucket in self._backend.buckets.values())

    def reset(self) -> None:
        """The buckets that the store starts with, empty; the policies that it starts with."""
        from moto.s3.models import FakeKey, FakeMultipart

        self._backend.reset()
        kept: tuple[Any, ...] = (FakeKey, FakeMultipart)
        for tracked in kept:  # moto keeps every one ever made
            tracked.instances_tracked.clear()
        for name in self._buckets:
            self._backend.create_bucket(name, self._region)
        self._users.replace(self._policies)

    def save(self, archive: str) -> None:
        """Add everything to an archive."""
        index: dict[str, Any] = {"policies": self._users.documents(), "buckets": {}}
        with ZipFile(archive, "a", ZIP_DEFLATED, compresslevel=1) as target:
            number = 0
            for bucket in list(self._backend.buckets.values()):
                objects = index["buckets"].setdefault(bucket.name, [])
                for key in list(bucket.keys.values()):
                    if not hasattr(key, "_value_buffer"):  # a delete marker
                        continue
                    name = f"s3/{number}"
                    number += 1
                    with target.open(name, "w", force_zip64=True) as file, key.lock:
                        key._value_buffer.seek(0)
                        shutil.copyfileobj(key._value_buffer, file, 1 << 20)
                    objects.append(self._described(key) | {"file": name})
            target.writestr(INDEX, json.dumps(index))

    def _described(self, key: Any) -> dict[str, Any]:
        return {
            "key": key.name,
            "etag": key.etag.strip('"'),
            "modified": key.last_modified.isoformat(),
            "storage_class": key.storage_class,
            "metadata": dict(key.metadata),
            "checksum": [getattr(key, name) for name in _CHECKSUM],
            "tags": self._backend.tagger.get_tag_dict_for_resource(key.arn),
        }

    def load(self, archive: str) -> None:
        """Have what an archive holds, and nothing else. Raises ValueError, OSError; then nothing is changed."""
        try:
            with ZipFile(archive) as source:
                buckets, policies = _checked(source)
                self.reset()
                for name, items in buckets.items():
                    if name not in self._backend.buckets:
                        self._backend.create_bucket(name, self._region)
                    for item in items:
                        self._put(name, item, source.read(item["file"]))
        except (BadZipFile, zlib.error, EOFError, KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"{archive} is no snapshot's archive: {error}") from None
        self._users.replace(policies)

    def _put(self, bucket: str, item: dict[str, Any], data: bytes) -> None:
        key = self._backend.put_object(
            bucket, item["key"], data, storage=item["storage_class"], etag=item["etag"], disable_notification=True
        )
        key.set_metadata(item["metadata"], replace=True)
        key.last_modified = datetime.fromisoformat(item["modified"])
        for name, value in zip(_CHECKSUM, item.get("checksum", []), strict=False):  # older archives have none
            setattr(key, name, value)
        if item["tags"]:
            self._backend.put_object_tagging(key, item["tags"])


def _checked(source: ZipFile) -> tuple[dict[str, list[dict[str, Any]]], dict[str, dict[str, str]]]:
    """An archive's buckets and policies, once all of it has been read. Raises ValueError and what broken archives raise."""
    index = json.loads(source.read(INDEX))
    missing = {item["file"] for items in index["buckets"].values() for item in items} - set(source.namelist())
    broken = sorted(missing)[0] if missing else source.testzip()
    if broken:
        raise ValueError(f"{source.filename} lacks {broken}, or it is damaged")
    for items in index["buckets"].values():
        for item in items:
            datetime.fromisoformat(item["modified"])
            lacking = _FIELDS - set(item)
            if lacking:
                raise ValueError(f"{source.filename} says no {sorted(lacking)[0]} of {item['key']}")
    return index["buckets"], {name: dict(texts) for name, texts in index["policies"].items()}
