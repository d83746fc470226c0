"""Reading a model's artifacts: what Triton would load, and why it would not."""

from __future__ import annotations

import boto3
import pytest

from emulator.michelangelo.triton.artifacts import UnreadableError, read

BUCKET = "michelangelo-models"


@pytest.fixture
def store(plane):
    doors = plane.doors
    return boto3.client(
        "s3",
        endpoint_url=doors["s3_endpoint"],
        region_name=doors["s3_region"],
        aws_access_key_id=doors["s3_access_key_id"],
        aws_secret_access_key=doors["s3_secret_access_key"],
    )


def put(store, namespace: str, files: dict[str, bytes]) -> str:
    for name, data in files.items():
        store.put_object(Bucket=BUCKET, Key=f"{namespace}/{name}", Body=data)
    return f"s3://{BUCKET}/{namespace}"


def test_versions_and_engine_are_found(store, namespace):
    """Numbered directories are versions, in the order of their numbers; the configuration names the engine."""
    config = b'name: "m"\nplatform: "onnxruntime_onnx"\n'
    uri = put(
        store, namespace, {"config.pbtxt": config, "10/model.onnx": b"x" * 10, "9/model.onnx": b"y", "notes/a": b""}
    )
    found = read(store, f"{uri}/")
    assert (found.versions, found.engine) == (["9", "10"], "onnxruntime_onnx")
    assert found.sizes == {"config.pbtxt": len(config), "10/model.onnx": 10, "9/model.onnx": 1, "notes/a": 0}


def test_an_archive_is_a_model(store, namespace):
    """A tar archive, named itself or lying beneath the URI, needs no version directory."""
    uri = put(store, namespace, {"deployable/model.tar": b"tar"})
    assert read(store, f"{uri}/deployable/model.tar").versions == ["1"]
    assert read(store, f"{uri}/deployable").versions == ["1"]


@pytest.mark.parametrize(
    ("files", "uri", "why"),
    [
        ({}, "s3://{bucket}/{namespace}/nothing", "no object beneath"),
        ({"model.onnx": b"x"}, "s3://{bucket}/{namespace}", "no numbered version directory beneath"),
        ({}, "gs://{bucket}/x", "scheme gs is not supported by minio client"),
        ({}, "/local/path", "scheme (none) is not supported by minio client: write s3://BUCKET/PREFIX"),
        ({}, "s3://no-such-bucket-here/x", "NoSuchBucket"),
        ({}, "s3:///x", "s3:///x names no bucket: write s3://BUCKET/PREFIX"),
    ],
)
def test_what_cannot_be_loaded_says_why(store, namespace, files, uri, why):
    """Each with the reason that the repository index shows."""
    put(store, namespace, files)
    with pytest.raises(UnreadableError, match=why.replace("(", r"\(").replace(")", r"\)")):
        read(store, uri.format(bucket=BUCKET, namespace=namespace))
