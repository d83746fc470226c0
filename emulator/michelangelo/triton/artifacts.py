"""Reads a model's artifacts from the store, as model-sync copies them, and looks for what Triton looks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MAX_FILES = 10_000
MAX_CONFIG_BYTES = 1 << 20
CHUNK_BYTES = 1 << 20
CONFIG = "config.pbtxt"
_ENGINE = re.compile(r'^\s*(platform|backend)\s*:\s*"([^"]*)"', re.MULTILINE)


class UnreadableError(Exception):
    """Artifacts that cannot be loaded, and why."""


@dataclass(frozen=True, slots=True)
class Artifacts:
    """What there is beneath a URI: versions, sizes of files, and the engine that ``config.pbtxt`` asks for."""

    versions: list[str]
    sizes: dict[str, int] = field(default_factory=dict)
    engine: str = ""


def read(store: Any, uri: str) -> Artifacts:
    """Read every byte beneath a URI. Raises UnreadableError."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    parts = urlsplit(uri)
    if parts.scheme != "s3":
        raise UnreadableError(
            f"scheme {parts.scheme or '(none)'} is not supported by minio client: write s3://BUCKET/PREFIX"
        )
    if not parts.netloc:
        raise UnreadableError(f"{uri} names no bucket: write s3://BUCKET/PREFIX")
    try:
        sizes, engine = _files(store, parts.netloc, parts.path.strip("/"))
    except (ClientError, BotoCoreError, HTTPClientError) as error:
        raise UnreadableError(str(error)) from None
    if not sizes:
        raise UnreadableError(f"no object beneath {uri}")
    folders = {name.partition("/")[0] for name in sizes if "/" in name}
    versions = sorted((folder for folder in folders if folder.isdecimal()), key=int)
    if not versions and not any(name.endswith(".tar") for name in sizes):
        raise UnreadableError(f"no numbered version directory beneath {uri}")
    return Artifacts(versions or ["1"], sizes, engine)


def _files(store: Any, bucket: str, prefix: str) -> tuple[dict[str, int], str]:
    """Sizes by name, and the engine. A URI that names a tar archive names that one file."""
    beneath = f"{prefix}/" if prefix else ""
    pages = store.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=beneath, PaginationConfig={"MaxItems": MAX_FILES}
    )
    keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
    if not keys and prefix.endswith(".tar"):
        keys = [prefix]
    sizes: dict[str, int] = {}
    engine = ""
    for key in keys:
        name = key.removeprefix(beneath)
        body = store.get_object(Bucket=bucket, Key=key)["Body"]
        if name == CONFIG:
            text = body.read(MAX_CONFIG_BYTES)
            sizes[name] = len(text)
            found = _ENGINE.search(text.decode(errors="replace"))
            engine = found.group(2) if found else ""
        else:
            sizes[name] = sum(len(chunk) for chunk in body.iter_chunks(CHUNK_BYTES))
    return sizes, engine
