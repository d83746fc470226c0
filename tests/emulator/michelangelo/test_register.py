"""Registration through the command line: the order of the guide, and what is left when a step fails."""

from __future__ import annotations

import hashlib
import json

import boto3


def s3(plane):
    environment = plane.environment
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )


def model(plane, namespace, name):
    return json.loads(plane.kubectl("get", "model", name, "-n", namespace, "-o", "json"))


def register(plane, *words, check=True):
    return plane.run("ma-emulator", "register", *words, check=check)


def digests(plane, uri):
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    client = s3(plane)
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
    return {
        key.removeprefix(f"{prefix}/"): hashlib.sha256(
            client.get_object(Bucket=bucket, Key=key)["Body"].read()
        ).hexdigest()
        for key in keys
    }


def test_a_registered_model_has_its_files_in_both_places(plane, namespace, tmp_path):
    """Raw artifacts and the Triton package are where the Model says, byte for byte."""
    data = b"\x08\x08 pretend this is onnx" * 100
    (tmp_path / "model.onnx").write_bytes(data)
    register(plane, "fraud", "-n", namespace, "--artifact", str(tmp_path), "--owner", "ann")
    spec = model(plane, namespace, "fraud")["spec"]
    wanted = hashlib.sha256(data).hexdigest()
    assert digests(plane, spec["model_artifact_uri"][0]) == {"model.onnx": wanted}
    package = digests(plane, spec["deployable_artifact_uri"][0])
    assert package["1/model.onnx"] == wanted
    assert set(package) == {"1/model.onnx", "config.pbtxt"}
    assert (spec["revision_id"], spec["owner"]) == (1, {"name": "ann"})


def test_registering_again_keeps_the_earlier_revision(plane, namespace, tmp_path):
    """A second registration counts the revision up, and the first one's artifacts stay."""
    (tmp_path / "weights.bin").write_bytes(b"one")
    register(plane, "twice", "-n", namespace, "--artifact", str(tmp_path))
    first = model(plane, namespace, "twice")["spec"]["model_artifact_uri"][0]
    (tmp_path / "weights.bin").write_bytes(b"two")
    register(plane, "twice", "-n", namespace, "--artifact", str(tmp_path))
    spec = model(plane, namespace, "twice")["spec"]
    assert spec["revision_id"] == 2
    assert digests(plane, first) == {"weights.bin": hashlib.sha256(b"one").hexdigest()}
    assert digests(plane, spec["model_artifact_uri"][0]) == {"weights.bin": hashlib.sha256(b"two").hexdigest()}


def test_packaging_that_fails_leaves_an_empty_uri_and_an_event(plane, namespace, tmp_path):
    """The guide's row: deployable_artifact_uri is empty when packaging failed; an Event on the Model says why."""
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / name).write_bytes(b"x")
    done = register(plane, "broken", "-n", namespace, "--artifact", str(tmp_path), check=False)
    assert done.returncode == 1
    assert "packaging failed" in done.stderr
    assert "Traceback" not in done.stderr
    spec = model(plane, namespace, "broken")["spec"]
    assert spec["model_artifact_uri"]
    assert not spec.get("deployable_artifact_uri")
    events = plane.kubectl("get", "events", "-n", namespace)
    assert "PackagingFailed" in events
    (tmp_path / "b.onnx").unlink()
    register(plane, "broken", "-n", namespace, "--artifact", str(tmp_path))
    assert model(plane, namespace, "broken")["spec"]["deployable_artifact_uri"], "a retry completes it"


def test_a_missing_artifact_is_said(plane, namespace, tmp_path):
    """A path with nothing to register is refused before anything is made."""
    done = register(plane, "none", "-n", namespace, "--artifact", str(tmp_path / "nowhere"), check=False)
    assert done.returncode == 3
    assert "neither a file nor a directory" in done.stderr
    assert "NotFound" in plane.kubectl("get", "model", "none", "-n", namespace, check=False)
