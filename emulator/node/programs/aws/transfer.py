"""``aws s3 cp``, ``mv``, ``sync`` and ``rm``: one object after the other, and one line for each."""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.node.programs import Invocation
from emulator.node.programs.aws.cli import FailedError, Globals, UsageError
from emulator.node.programs.aws.words import SCHEME, Words, is_remote, split

STREAM = "-"
_PART_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """A file or an object: its path as it is shown, and its name beneath what was asked for."""

    path: str
    name: str
    size: int
    modified: datetime


class Mover:
    """Does one thing after the other, says each, and remembers whether all went well."""

    def __init__(self, call: Invocation, options: Globals, words: Words) -> None:
        self.call = call
        self.client = options.client()
        self.words = words
        self.code = 0

    def do(self, verb: str, what: str, act: Callable[[], Any]) -> bool:
        """One action; a failure is said, and the next goes on."""
        from botocore.exceptions import BotoCoreError, ClientError

        if "dryrun" in self.words.flags:
            sys.stdout.write(f"(dryrun) {verb}: {what}\n")
            return False
        try:
            act()
        except (ClientError, BotoCoreError, OSError) as error:
            sys.stdout.flush()
            sys.stderr.write(f"{verb} failed: {what} {error}\n")
            self.code = 1
            return False
        if not self.words.flags & {"quiet", "only-show-errors"}:
            sys.stdout.write(f"{verb}: {what}\n")
        return True

    # What is there

    def objects(self, path: str) -> Iterator[Item]:
        """The objects beneath a path in S3."""
        bucket, prefix = split(path)
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents") or ():
                key = entry["Key"]
                name = key[len(prefix) :] if prefix.endswith("/") or not prefix else key[prefix.rfind("/") + 1 :]
                if not name.endswith("/"):
                    yield Item(f"{SCHEME}{bucket}/{key}", name.lstrip("/"), entry["Size"], entry["LastModified"])

    def files(self, folder: str) -> Iterator[Item]:
        """The files beneath a folder of the container."""
        root = self.call.path(folder)
        for path in sorted(root.rglob("*")):
            if path.is_file():
                name, found = path.relative_to(root).as_posix(), path.stat()
                shown = f"{folder.rstrip('/')}/{name}"
                yield Item(shown, name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    # What is done

    def put(self, source: str, target: str) -> None:
        """A file, or standard input, into S3."""
        from boto3.s3.transfer import TransferConfig

        bucket, key = split(target)
        extra = {}
        kind = self.words.value("content-type") or (mimetypes.guess_type(source)[0] if source != STREAM else None)
        if kind:
            extra["ContentType"] = kind
        if self.words.value("acl"):
            extra["ACL"] = self.words.value("acl")
        config = TransferConfig(use_threads=False, multipart_threshold=_PART_BYTES)
        if source == STREAM:
            self.client.upload_fileobj(sys.stdin.buffer, bucket, key, ExtraArgs=extra, Config=config)
            return
        with self.call.path(source).open("rb") as file:
            self.client.upload_fileobj(file, bucket, key, ExtraArgs=extra, Config=config)

    def get(self, source: str, target: str) -> None:
        """An object into a file."""
        bucket, key = split(source)
        body = self.client.get_object(Bucket=bucket, Key=key)["Body"]
        path = self.call.path(target)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for part in body.iter_chunks(_PART_BYTES):
                file.write(part)

    def copy(self, source: str, target: str) -> None:
        """An object to another place in S3."""
        bucket, key = split(target)
        origin, name = split(source)
        self.client.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": origin, "Key": name})

    def delete(self, path: str) -> None:
        """An object, or a file."""
        if is_remote(path):
            bucket, key = split(path)
            self.client.delete_object(Bucket=bucket, Key=key)
        else:
            self.call.path(path).unlink()

    def transfer(self, source: str, target: str, verb: str = "") -> bool:
        """One file or object to its place, in whichever direction."""
        if is_remote(source) and is_remote(target):
            return self.do(verb or "copy", f"{source} to {target}", lambda: self.copy(source, target))
        if is_remote(target):
            return self.do(verb or "upload", f"{_shown(source)} to {target}", lambda: self.put(source, target))
        return self.do(verb or "download", f"{source} to {_shown(target)}", lambda: self.get(source, target))


def cp(call: Invocation, options: Globals, words: Words) -> int:
    """Copy. Raises UsageError, FailedError, ClientError."""
    source, target = words.paths
    mover = Mover(call, options, words)
    if target == STREAM:
        return _to_stdout(mover, source)
    if source == STREAM:
        words.flags.add("quiet")
        mover.transfer(source, target)
        return mover.code
    for one, place in _pairs(mover, source, target, recursive="recursive" in words.flags):
        mover.transfer(one, place)
    return mover.code


def mv(call: Invocation, options: Globals, words: Words) -> int:
    """Copy, and delete what was copied. Raises UsageError, FailedError, ClientError."""
    source, target = words.paths
    mover = Mover(call, options, words)
    for one, place in list(_pairs(mover, source, target, recursive="recursive" in words.flags)):
        if mover.transfer(one, place, "move"):
            mover.delete(one)
    return mover.code


def sync(call: Invocation, options: Globals, words: Words) -> int:
    """Copy what is missing or differs, by size and time; with ``--delete`` remove the rest. Raises UsageError, FailedError."""
    source, target = words.paths
    _needs_remote(source, target)
    mover = Mover(call, options, words)
    here, there = (
        {item.name: item for item in (mover.objects(_folder(path)) if is_remote(path) else mover.files(path))}
        for path in (source, target)
    )
    if not here and not is_remote(source) and not call.path(source).is_dir():
        raise FailedError(f"The user-provided path {source} does not exist.")
    for name, item in sorted(here.items()):
        known = there.get(name)
        newer = "size-only" not in words.flags and known is not None and item.modified > known.modified
        if words.takes(name) and (known is None or known.size != item.size or newer):
            mover.transfer(item.path, _folder(target) + name)
    if "delete" in words.flags:
        for name in sorted(set(there) - set(here)):
            path = there[name].path
            if words.takes(name):
                mover.do("delete", path, lambda path=path: mover.delete(path))  # type: ignore[misc]
    return mover.code


def rm(call: Invocation, options: Globals, words: Words) -> int:
    """Delete objects. Raises UsageError, ClientError."""
    path = words.paths[0]
    split(path)
    mover = Mover(call, options, words)
    found = [path]
    if "recursive" in words.flags:
        found = [item.path for item in mover.objects(path) if words.takes(item.name)]
    for one in found:
        mover.do("delete", one, lambda one=one: mover.delete(one))  # type: ignore[misc]
    return mover.code


def _pairs(mover: Mover, source: str, target: str, *, recursive: bool) -> Iterator[tuple[str, str]]:
    """What is to go where. Raises UsageError, FailedError."""
    _needs_remote(source, target)
    if recursive:
        items = mover.objects(_folder(source)) if is_remote(source) else mover.files(source)
        for item in items:
            if mover.words.takes(item.name):
                yield item.path, _folder(target) + item.name
        return
    if is_remote(source):
        _head(mover, source)
    elif not mover.call.path(source).is_file():
        raise FailedError(f"The user-provided path {source} does not exist.")
    name = source.rpartition("/")[2]
    into = target.endswith("/") or target == "." or (not is_remote(target) and mover.call.path(target).is_dir())
    if is_remote(target) and not split(target)[1]:
        into = True
    yield source, (_folder(target) + name if into else target)


def _head(mover: Mover, path: str) -> None:
    """Whether an object is there. Raises FailedError, which says that it is not; other answers as they are."""
    from botocore.exceptions import ClientError

    bucket, key = split(path)
    try:
        mover.client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        text = str(error)
        if error.response["Error"]["Code"] == "404":
            text = f'An error occurred (404) when calling the HeadObject operation: Key "{key}" does not exist'
        raise _FatalError(f"fatal error: {text}") from None


class _FatalError(FailedError):
    """A failure of the whole transfer."""

    code = 1


def _to_stdout(mover: Mover, source: str) -> int:
    bucket, key = split(source)
    from botocore.exceptions import ClientError

    try:
        mover.client.head_object(Bucket=bucket, Key=key)
        body = mover.client.get_object(Bucket=bucket, Key=key)["Body"]
        for part in body.iter_chunks(_PART_BYTES):
            sys.stdout.buffer.write(part)
    except ClientError as error:
        sys.stderr.write(f"download failed: {source} to - {error}\n")
        return 1
    sys.stdout.buffer.flush()
    return 0


def _needs_remote(source: str, target: str) -> None:
    if not (is_remote(source) or is_remote(target)):
        raise UsageError("Invalid argument type: one of the paths has to be in S3, s3://BUCKET/KEY")


def _folder(path: str) -> str:
    return path if path.endswith("/") else f"{path}/"


def _shown(path: str) -> str:
    """A path of the container, relative to where the program runs."""
    relative = Path(path.lstrip("/")).as_posix()
    return relative if "/" in relative else f"./{relative}"
