"""``--object-store URL``: a plane on somebody's store. The store of another plane is that somebody's here."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from emulator.objectstore.endpoint import EndpointStore

KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "emulator", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_a_plane_works_on_a_store_that_is_there_and_leaves_it_there(plane, tmp_path):
    """The bucket is made, a model registered into it; what the store's own plane has is not lost with the guest's end."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights.bin").write_bytes(b"w")
    script = (
        f"kubectl create namespace guest && {sys.executable} -m emulator register m -n guest --artifact {tmp_path / 'model'} --json"
        f" && cat $MA_S3_IDENTITIES && echo && ! {sys.executable} -m emulator reset && ! {sys.executable} -m emulator s3-policy task"
        f" && ! {sys.executable} -m emulator snapshot save {tmp_path / 'x'} && {sys.executable} -m emulator clock advance 1h"
    )
    done = run(
        "exec", "--no-rpc", "--object-store", plane.doors["s3_endpoint"], "--models-bucket", "guests", "--", "sh", "-c", script,
        AWS_ACCESS_KEY_ID=plane.doors["s3_access_key_id"], AWS_SECRET_ACCESS_KEY=plane.doors["s3_secret_access_key"],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for feature in ("reset", "s3-policy", "snapshot save"):
        said = next(line for line in done.stderr.splitlines() if f"{feature} is not supported" in line)
        assert said.endswith("needs --object-store moto")
    model, identities = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    assert model["spec"]["model_artifact_uri"][0].startswith("s3://guests/")
    assert {variables["AWS_ACCESS_KEY_ID"] for variables in identities.values()} == {plane.doors["s3_access_key_id"]}
    import boto3

    store = boto3.client(
        "s3",
        endpoint_url=plane.doors["s3_endpoint"],
        region_name="us-east-1",
        aws_access_key_id=plane.doors["s3_access_key_id"],
        aws_secret_access_key=plane.doors["s3_secret_access_key"],
    )
    keys = [item["Key"] for item in store.list_objects_v2(Bucket="guests")["Contents"]]
    assert any(key.endswith("weights.bin") for key in keys)
    for key in keys:
        store.delete_object(Bucket="guests", Key=key)
    store.delete_bucket(Bucket="guests")


def test_a_bucket_that_may_not_be_made_is_named_with_the_stores_words(plane):
    """The reader may list and read the models bucket only: it can make none."""
    reader = plane.doors["s3_identities"]["reader"]
    keys = {"AWS_ACCESS_KEY_ID": reader["access_key_id"], "AWS_SECRET_ACCESS_KEY": reader["secret_access_key"]}
    with pytest.raises(OSError, match=r"bucket nobodys.*(403|AccessDenied)"):
        EndpointStore(plane.doors["s3_endpoint"], "nobodys", keys).wait_ready()
    EndpointStore(plane.doors["s3_endpoint"], plane.doors["models_bucket"], keys).wait_ready()


def test_a_store_that_is_away_is_named():
    """Nothing listens there."""
    with pytest.raises(OSError, match=r"no S3 at http://127.0.0.1:1"):
        EndpointStore("http://127.0.0.1:1", "models", KEYS).wait_ready()


@pytest.mark.parametrize(
    ("url", "environment", "said"),
    [
        ("minio", KEYS, "give moto, or an S3 endpoint"),
        ("ftp://x", KEYS, "give moto, or an S3 endpoint"),
        ("http://me:secret@host:9000", KEYS, "no credentials in its URL"),
        ("http://host:9000", {}, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_what_is_no_store_is_refused_with_what_to_do(url, environment, said):
    """Before anything is started."""
    with pytest.raises(ValueError, match=said):
        EndpointStore(url, "models", environment)


def test_temporary_credentials_and_regions_are_taken_along():
    """As AWS's own clients take them."""
    store = EndpointStore(
        "https://s3.example/", "models", {**KEYS, "AWS_SESSION_TOKEN": "t", "AWS_REGION": "eu-west-1"}
    )
    assert (store.endpoint_url, store.region, store.admin.session_token) == ("https://s3.example", "eu-west-1", "t")
    assert store.client().meta.region_name == "eu-west-1"
