"""``aws s3 ls``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from emulator.node.programs import Invocation
from emulator.node.programs.aws.cli import Globals
from emulator.node.programs.aws.words import SCHEME, Words

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def ls(call: Invocation, options: Globals, words: Words) -> int:
    """Buckets, or what is beneath a prefix; 1 when a prefix was asked for and nothing is there. Raises ClientError."""
    client = options.client()
    bucket, _, prefix = (words.paths[0] if words.paths else "").removeprefix(SCHEME).partition("/")
    if not bucket:
        for entry in client.list_buckets()["Buckets"]:
            sys.stdout.write(f"{_instant(entry['CreationDate'])} {entry['Name']}\n")
        return 0
    recursive, readable = "recursive" in words.flags, "human-readable" in words.flags
    asked = {"Bucket": bucket, "Prefix": prefix} | ({} if recursive else {"Delimiter": "/"})
    count, total, found = 0, 0, False
    for page in client.get_paginator("list_objects_v2").paginate(**asked):
        for entry in page.get("CommonPrefixes") or ():
            found = True
            sys.stdout.write(f"{'PRE':>30} {entry['Prefix'][prefix.rfind('/') + 1 :]}\n")
        for entry in page.get("Contents") or ():
            found = True
            count, total = count + 1, total + entry["Size"]
            name = entry["Key"] if recursive else entry["Key"][prefix.rfind("/") + 1 :]
            size = size_of(entry["Size"], readable)
            sys.stdout.write(f"{_instant(entry['LastModified'])} {size:>10} {name}\n")
    if "summarize" in words.flags:
        sys.stdout.write(f"\nTotal Objects: {count}\n   Total Size: {size_of(total, readable)}\n")
    return 0 if found or not prefix else 1


def size_of(number: int, readable: bool) -> str:
    """A size in bytes, or as people read it."""
    if not readable:
        return str(number)
    if number == 1:
        return "1 Byte"
    if number < 1024:
        return f"{number} Bytes"
    scaled, unit = number / 1024, 0
    while round(scaled) >= 1024 and unit + 1 < len(_UNITS):
        scaled, unit = scaled / 1024, unit + 1
    return f"{scaled:.1f} {_UNITS[unit]}"


def _instant(moment: datetime) -> str:
    """In the image's time zone, which is UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
