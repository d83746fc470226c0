"""A 100 MB artifact up and down through S3, next to the same bytes up and down through the bare server."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable

import load
from load import Request
from rates import Rates
from report import Row

MEGABYTES = 100


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


async def artifacts(rates: Rates, doors: dict) -> list[Row]:
    """Megabytes per second, up and down."""
    import boto3

    data = os.urandom(MEGABYTES << 20)
    s3 = boto3.client(
        "s3",
        endpoint_url=doors["s3_endpoint"],
        aws_access_key_id=doors["s3_access_key_id"],
        aws_secret_access_key=doors["s3_secret_access_key"],
        region_name=doors["s3_region"],
    )
    where = {"Bucket": doors["models_bucket"], "Key": "bench/artifact"}
    up = await asyncio.to_thread(_seconds, lambda: s3.put_object(**where, Body=data))
    down = await asyncio.to_thread(_seconds, lambda: s3.get_object(**where)["Body"].read())
    await asyncio.to_thread(s3.delete_object, **where)
    there = f"{rates.bare.url}/artifact"
    begun = time.perf_counter()
    await load.ask(Request(f"{there}?keep", "PUT", data))
    bare_up = time.perf_counter() - begun
    begun = time.perf_counter()
    await load.ask(Request(there))
    bare_down = time.perf_counter() - begun
    return [
        Row(f"{MEGABYTES} MB up through S3", MEGABYTES / up, "MB/s", MEGABYTES / bare_up, bare_up / up),
        Row(f"{MEGABYTES} MB down through S3", MEGABYTES / down, "MB/s", MEGABYTES / bare_down, bare_down / down),
    ]
