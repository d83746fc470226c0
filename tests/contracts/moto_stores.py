"""The S3 child alone, and boto3 clients of it, for tests through its own door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from emulator.objectstore.moto_child import MotoChild


@contextmanager
def moto_store(access_log: Path | None = None) -> Iterator[MotoChild]:
    """A store with the bucket ``models``, on a free port."""
    child = MotoChild("127.0.0.1", 0, "models", access_log=access_log)
    child.start()
    try:
        child.wait_ready()
        yield child
    finally:
        child.stop()


def client_of(store: MotoChild, who: Any, service: str = "s3", **config: Any) -> Any:
    """A client that signs as somebody."""
    return boto3.client(
        service,
        endpoint_url=store.endpoint_url,
        region_name=store.region,
        aws_access_key_id=who.access_key_id,
        aws_secret_access_key=who.secret_access_key,
        config=Config(**config),
    )
