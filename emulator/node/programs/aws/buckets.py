"""``aws s3 mb``, ``rb`` and ``presign``."""

from __future__ import annotations

import sys

from emulator.node.programs import Invocation
from emulator.node.programs.aws.cli import FailedError, Globals, UsageError
from emulator.node.programs.aws.words import Words, split


def mb(call: Invocation, options: Globals, words: Words) -> int:
    """Make a bucket."""
    return _bucket(options, words, "make_bucket", "create_bucket")


def rb(call: Invocation, options: Globals, words: Words) -> int:
    """Remove a bucket; with ``--force`` its objects first."""
    if "force" in words.flags:
        from emulator.node.programs.aws import transfer

        code = transfer.rm(call, options, Words([f"{words.paths[0].rstrip('/')}/"], {"recursive"}))
        if code:
            raise FailedError(
                "remove_bucket failed: Unable to delete all objects in the bucket, bucket will not be deleted."
            )
    return _bucket(options, words, "remove_bucket", "delete_bucket")


def presign(call: Invocation, options: Globals, words: Words) -> int:
    """A URL that lets its holder read an object for a while."""
    bucket, key = split(words.paths[0])
    given = words.value("expires-in") or "3600"
    if not given.isdigit():
        raise UsageError(f"argument --expires-in: invalid int value: {given!r}")
    asked = {"Bucket": bucket, "Key": key}
    sys.stdout.write(options.client().generate_presigned_url("get_object", asked, ExpiresIn=int(given)) + "\n")
    return 0


def _bucket(options: Globals, words: Words, said: str, method: str) -> int:
    from botocore.exceptions import ClientError

    bucket, key = split(words.paths[0])
    if key:
        raise UsageError(f"{words.paths[0]!r} names an object: write s3://BUCKET")
    try:
        getattr(options.client(), method)(Bucket=bucket)
    except ClientError as error:
        sys.stderr.write(f"{said} failed: s3://{bucket} {error}\n")
        return 1
    sys.stdout.write(f"{said}: {bucket}\n")
    return 0
